#include "objects/json_cursor.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace tutti::objects {
namespace {

constexpr size_t kFirstCapacity = size_t{16} << 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t first = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > first;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const size_t first = i;
  if (!digits() || (text[first] == '0' && i - first > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

bool IsAtom(std::string_view text) {
  return text == "null" || text == "true" || text == "false" || IsNumber(text);
}

}  // namespace

// Only simdjson's first stage runs: it finds the tokens (at some GB/s), checks the encoding and the
// quotes. Its second stage would copy every string.
struct JsonIndex::Impl {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  size_t capacity = 0;
};

JsonIndex::JsonIndex() : impl_(std::make_unique<Impl>()) {}
JsonIndex::~JsonIndex() = default;

size_t JsonIndex::capacity() const { return impl_->capacity; }

absl::Status JsonIndex::Build(std::string_view json) {
  text_ = {};
  count_ = 0;
  if (json.empty()) return absl::InvalidArgumentError("the text is empty: expected JSON");
  if (json.size() > impl_->capacity || !impl_->stage) {
    const size_t capacity = std::max(json.size() + json.size() / 2, kFirstCapacity);
    impl_->stage.reset();
    impl_->capacity = 0;
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, JsonCursor::kMaxDepth, impl_->stage);
    if (error != simdjson::SUCCESS) return absl::ResourceExhaustedError("out of memory for JSON");
    impl_->capacity = capacity;
  }
  const auto error = impl_->stage->stage1(reinterpret_cast<const uint8_t*>(json.data()),
                                          json.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("no JSON text: %s", simdjson::error_message(error)));
  }
  text_ = json;
  tokens_ = impl_->stage->structural_indexes.get();
  count_ = impl_->stage->n_structural_indexes;
  return absl::OkStatus();
}

void JsonCursor::Fail(std::string_view problem) {
  if (!ok_) return;
  ok_ = false;
  problem_ = problem;
  problem_at_ = Mark();
}

absl::Status JsonCursor::status() const {
  if (ok_) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("at byte %d: %s", problem_at_, problem_));
}

bool JsonCursor::Unexpected(std::string_view expected) {
  if (!ok_) return false;
  if (at_ >= count_) {
    Fail(absl::StrFormat("the text ends where %s was expected", expected));
  } else {
    const char c = text_[tokens_[at_]];
    const bool printable = c > ' ' && c < 127;
    Fail(absl::StrFormat("expected %s, found \"%s\"", expected,
                         printable ? std::string(1, c) : std::string("?")));
  }
  return false;
}

bool JsonCursor::Begin(char open) {
  if (Peek() != open) return Unexpected(open == '{' ? "an object" : "an array");
  if (depth_ == kMaxDepth) {
    Fail("nested deeper than 64 levels");
    return false;
  }
  ++depth_;
  ++at_;
  fresh_ = true;
  return true;
}

std::string_view JsonCursor::TakeAtom() {
  const std::string_view atom = text_.substr(tokens_[at_], TokenEnd(at_) - tokens_[at_]);
  ++at_;
  fresh_ = false;
  return atom;
}

bool JsonCursor::TakeNull() {
  if (Peek() != 'n') return false;
  const size_t before = at_;
  if (TakeAtom() == "null") return true;
  at_ = before;
  return Unexpected("null");
}

void JsonCursor::TakeStrings(size_t most, size_t longest, std::vector<std::string_view>& raw) {
  if (!fresh_) return;
  const char* const text = text_.data();
  size_t at = at_;
  for (; most > 0 && at + 2 < count_; --most, at += 2) {
    const size_t begin = tokens_[at];
    const size_t comma = tokens_[at + 1];
    // White space before the comma, or anything else that is not as it mostly is, is left.
    const bool plain = text[begin] == '"' && text[comma] == ',' && comma - begin >= 2 &&
                       text[comma - 1] == '"' && comma - begin - 2 <= longest &&
                       text[tokens_[at + 2]] == '"';
    if (!plain) break;
    raw.emplace_back(text + begin + 1, comma - begin - 2);
  }
  at_ = at;  // still before an item, as at the array's begin
}

bool JsonCursor::TakeInteger(int64_t& value) {
  const char c = Peek();
  if (c != '-' && !IsDigit(c)) return Unexpected("an integer");
  const size_t before = at_;
  const std::string_view atom = TakeAtom();
  const auto [end, error] = std::from_chars(atom.data(), atom.data() + atom.size(), value);
  if (error == std::errc() && end == atom.data() + atom.size() && IsNumber(atom)) return true;
  at_ = before;
  return Unexpected("an integer of 64 bits");
}

bool JsonCursor::TakeBool(bool& value) {
  const char c = Peek();
  if (c != 't' && c != 'f') return Unexpected("true or false");
  const size_t before = at_;
  const std::string_view atom = TakeAtom();
  value = atom == "true";
  if (value || atom == "false") return true;
  at_ = before;
  return Unexpected("true or false");
}

bool JsonCursor::SkipScalar() {
  std::string_view ignored;
  if (Peek() == '"') return TakeString(ignored);
  if (Peek() == '\0') return Unexpected("a value");
  const size_t before = at_;
  if (IsAtom(TakeAtom())) return true;
  at_ = before;
  return Unexpected("a value");
}

bool JsonCursor::SkipKey() {
  std::string_view ignored;
  return TakeString(ignored) && TakeColon();
}

std::string_view JsonCursor::Skip() {
  const size_t mark = Mark();
  const int outside = depth_;
  uint64_t in_object = 0;  // one bit for each level, the innermost lowest
  for (;;) {
    const char open = Peek();
    if (open == '{' || open == '[') {
      if (!Begin(open)) return {};
      in_object = in_object << 1 | (open == '{' ? 1 : 0);
      const bool empty = Peek() == (open == '{' ? '}' : ']');
      if (!empty) {
        if (open == '{' && !SkipKey()) return {};
        continue;
      }
    } else if (!SkipScalar()) {
      return {};
    }
    // Behind a value, or before the end of an empty container.
    for (bool value_next = false; !value_next;) {
      if (depth_ == outside) {
        fresh_ = false;
        return Since(mark);
      }
      const bool object = (in_object & 1) != 0;
      if (Peek() == (object ? '}' : ']')) {
        ++at_;
        --depth_;
        in_object >>= 1;
      } else if (Peek() != ',') {
        Unexpected(object ? "\",\" or \"}\"" : "\",\" or \"]\"");
        return {};
      } else {
        ++at_;
        if (object && !SkipKey()) return {};
        value_next = true;
      }
    }
  }
}

bool JsonCursor::Finish() {
  if (ok_ && at_ < count_) return Unexpected("the end of the text");
  return ok_;
}

std::string_view JsonCursor::Since(size_t mark) const {
  if (!ok_ || at_ == 0) return {};
  const size_t end = TokenEnd(at_ - 1);
  return end > mark ? text_.substr(mark, end - mark) : std::string_view();
}

bool UnescapeJson(std::string_view raw, std::string& out) {
  const auto value = nlohmann::json::parse(absl::StrFormat("\"%s\"", raw), nullptr,
                                           /*allow_exceptions=*/false);
  if (!value.is_string()) return false;
  out = value.get<std::string>();
  return true;
}

void AppendJsonString(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < 127 && c != '"' && c != '\\';
  });
  if (plain) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tutti::objects
