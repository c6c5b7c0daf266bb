// JsonCursor: walks JSON text once, front to back, over simdjson's index of its tokens. Nothing is
// copied and no tree is built: strings and values are views into the text.
//
//   index.Build(body);
//   JsonCursor cursor(index);
//   for (std::string_view key; cursor.BeginObject() ...
//
// The grammar is checked in full, also in what is skipped, and nesting is bounded. The first error
// sticks: every later call answers false or nothing, so it is checked once, at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tutti::objects {

// One thread at a time; buffers are reused.
class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();

  // `json` must outlive every cursor over it; no padding is needed. InvalidArgument where it is
  // empty, not UTF-8, or a string does not end.
  absl::Status Build(std::string_view json);
  size_t capacity() const;  // of the buffers, in bytes of JSON

 private:
  friend class JsonCursor;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string_view text_;
  const uint32_t* tokens_ = nullptr;
  size_t count_ = 0;
};

class JsonCursor {
 public:
  static constexpr int kMaxDepth = 64;

  explicit JsonCursor(const JsonIndex& index)
      : text_(index.text_), tokens_(index.tokens_), count_(index.count_) {}

  // The first character of the value at the cursor; '\0' at the end and after an error.
  char Peek() const { return ok_ && at_ < count_ ? text_[tokens_[at_]] : '\0'; }

  bool BeginObject() { return Begin('{'); }
  // True with the cursor at the value of `key` (escapes untouched); false past the object's end.
  bool NextField(std::string_view& key) {
    if (!NextIn('}')) return false;
    return TakeString(key) && TakeColon();
  }
  bool BeginArray() { return Begin('['); }
  // True with the cursor at an item; false past the array's end.
  bool NextItem() { return NextIn(']'); }

  bool TakeNull();  // false, and no error, where another value stands
  // What stands between the quotes, escapes untouched.
  bool TakeString(std::string_view& raw) {
    if (Peek() != '"') return Unexpected("a string");
    const size_t begin = tokens_[at_] + 1;
    const size_t end = TokenEnd(at_);
    if (end <= begin || text_[end - 1] != '"') return Unexpected("a string that ends");
    raw = text_.substr(begin, end - 1 - begin);
    ++at_;
    fresh_ = false;
    return true;
  }
  // As many items of an array as are strings of at most `longest` bytes with an item behind them,
  // up to `most` of them: what NextItem and TakeString would give one by one, in less time. Call
  // where NextItem would be called; so is what is left.
  void TakeStrings(size_t most, size_t longest, std::vector<std::string_view>& raw);
  bool TakeInteger(int64_t& value);
  bool TakeBool(bool& value);
  std::string_view Skip();  // any value: its text
  bool Finish();            // that nothing follows the document's value

  // The text from here on, once it is consumed: Since(Mark()).
  size_t Mark() const { return at_ < count_ ? tokens_[at_] : text_.size(); }
  std::string_view Since(size_t mark) const;

  // Reports what the caller finds wrong at the cursor.
  void Fail(std::string_view problem);
  bool ok() const { return ok_; }
  absl::Status status() const;

 private:
  bool Begin(char open);
  bool NextIn(char close) {
    const char c = Peek();
    if (c == close) {
      ++at_;
      --depth_;
      fresh_ = false;
      return false;
    }
    if (fresh_) {
      fresh_ = false;
      return ok_;
    }
    if (c != ',') return Unexpected(close == ']' ? "\",\" or \"]\"" : "\",\" or \"}\"");
    ++at_;
    return true;
  }
  bool TakeColon() {
    if (Peek() != ':') return Unexpected("\":\"");
    ++at_;
    return true;
  }
  bool SkipKey();
  bool SkipScalar();
  std::string_view TakeAtom();
  // Everything but white space begins a token of its own, so a token ends at the last character
  // before the next one that is no white space.
  size_t TokenEnd(size_t token) const {
    size_t end = token + 1 < count_ ? tokens_[token + 1] : text_.size();
    while (text_[end - 1] == ' ' || text_[end - 1] == '\n' || text_[end - 1] == '\t' ||
           text_[end - 1] == '\r') {
      --end;
    }
    return end;
  }
  bool Unexpected(std::string_view expected);

  std::string_view text_;
  const uint32_t* tokens_;
  size_t count_;
  size_t at_ = 0;
  int depth_ = 0;
  bool fresh_ = false;  // a container has just begun: no comma before its first entry
  bool ok_ = true;
  std::string problem_;
  size_t problem_at_ = 0;
};

// What the raw text between quotes stands for; nullopt where an escape is none.
bool UnescapeJson(std::string_view raw, std::string& out);
// Appends `text` in quotes, escaped; bytes that are not UTF-8 are replaced.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace tutti::objects
