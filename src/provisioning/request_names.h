// Names of the objects that are made for a gang: the same for the same gang in every process. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/gang_key.h"

namespace tutti::provisioning {

// "tutti-train-0f3a...": an RFC 1123 label, at most 63 characters. Two gangs of a namespace have
// different ones, however alike they are called.
std::string RequestName(const model::GangKey& gang, std::string_view display_name);
// Of the PodTemplate of the request's n-th class of members.
std::string TemplateName(std::string_view request, size_t number);
// The gang's name as a label's value; where it cannot be one, something like it.
std::string GangLabel(std::string_view display_name);

}  // namespace tutti::provisioning
