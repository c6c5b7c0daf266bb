// JsonObjectView: tutti::ObjectView over a parsed JSON document. For objects that are few:
// PodGroups, Jobs, volumes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uid.h"
#include "tutti/object_view.h"

namespace tutti::objects {

class JsonObjectView final : public ObjectView {
 public:
  // Text that is no JSON object, or nested deeper than 64, is an InvalidArgument.
  static absl::StatusOr<JsonObjectView> Parse(std::string_view json);
  // Every item of a List, with the kind and apiVersion that the list says where it has none.
  static absl::Status ParseList(std::string_view json,
                                const std::function<void(const JsonObjectView&)>& each);
  ~JsonObjectView() override;
  JsonObjectView(JsonObjectView&&) noexcept;

  std::optional<int64_t> Integer(std::string_view pointer) const override;
  std::optional<bool> Boolean(std::string_view pointer) const override;
  std::optional<std::string> String(std::string_view pointer) const override;
  bool Has(std::string_view pointer) const override;
  std::vector<std::string> Keys(std::string_view pointer) const override;

  std::string name() const;
  std::string namespace_name() const;
  base::Uid uid() const;  // invalid where there is none
  // The JSON text at a pointer; empty where it leads nowhere.
  std::string JsonText(std::string_view pointer) const;

 private:
  struct Document;
  explicit JsonObjectView(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

}  // namespace tutti::objects
