// A file's header as a message and back. Internal to src/record.
#pragma once

#include "record/log_header.h"
#include "record/model_codec.h"

namespace tutti::record {

void Put(const LogHeader& header, pb::LogHeader& out);
// FailedPrecondition: another format. InvalidArgument: a value out of range.
absl::StatusOr<LogHeader> GetHeader(const pb::LogHeader& in);

}  // namespace tutti::record
