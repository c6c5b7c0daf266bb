// OwnerRule: how the pods of one kind of owner make a gang, as data. A new kind is a new rule.
#pragma once

#include <string_view>
#include <vector>

#include "tutti/gang_grouping.h"

namespace tutti::gang {

// A factor of a number of pods: a field of a part, not more than another field of it.
struct CountFactor {
  std::string_view at;
  int otherwise = 1;              // where the field is left out
  std::string_view at_most = {};  // empty, or left out: no bound
};

// Part of an owner that makes pods of one role: their number is the product of the factors.
struct RoleRule {
  // A part, or with "/*" at the end every entry of a list or of an object.
  std::string_view parts;
  std::vector<CountFactor> factors = {};
  // The role: this text; else the one at this pointer within the part; else the part's own key.
  // Upper and lower case are the same, as owners write both into labels.
  std::string_view role = {};
  std::string_view role_at = {};
  // A part counts not where it has this field, other than as false: its pods come later or never.
  std::string_view unless = {};
  // The whole rule holds where a field of the owner has this value ("true" for a boolean), or where
  // it has not.
  std::string_view field = {};
  std::string_view value = {};
  bool equal = true;
};

struct OwnerRule {
  ObjectKind kind;
  std::string_view kind_name;
  // The label that names the owner. Empty: the owner is the pod's controller, known by its uid.
  std::string_view name_label = {};
  // The label that tells the gangs of one owner apart. Empty: all its pods are one gang.
  std::string_view index_label = {};
  std::string_view role_label = {};
  // Either the pods say the size in this annotation, and no object is read; or the owner has roles.
  std::string_view size_annotation = {};
  std::vector<RoleRule> roles = {};
  // A field of the owner that asks for fewer pods than its roles have; then these do not count.
  std::string_view min_member = {};
  // A pod with this annotation is no member: others are made only once it has a node.
  std::string_view unless_annotation = {};
};

// JobSet, LeaderWorkerSet, the jobs of Kubeflow and RayCluster.
std::vector<OwnerRule> BuiltinOwnerRules();

}  // namespace tutti::gang
