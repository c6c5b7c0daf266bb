#include "cli/import/source_reader.h"

#include <istream>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "cli/doctor/cluster_reader.h"
#include "cli/read_file.h"
#include "kube/api.h"
#include "kube/escape.h"

namespace tutti::cli {
namespace {

using importer::PeerKind;
using importer::SourceObject;

constexpr int kPageSize = 500;

absl::StatusOr<std::string> ReadInput(std::istream& in) {
  std::string text;
  std::string piece(size_t{64} << 10, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    text.append(piece, 0, static_cast<size_t>(in.gcount()));
    if (text.size() > importer::kMostSourceBytes) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the input is longer than the %d bytes that are read", importer::kMostSourceBytes));
    }
  }
  return text;
}

class ClusterSources {
 public:
  ClusterSources(ClusterReader& reader, const std::string& ns) : reader_(reader), ns_(ns) {}

  absl::StatusOr<std::vector<SourceObject>> Read(const std::vector<PeerKind>& kinds) {
    std::set<std::string> served;  // of the alternatives
    for (const PeerKind& kind : kinds) {
      TUTTI_ASSIGN_OR_RETURN(const bool found,
                             kind.names.empty() ? ReadKind(kind) : ReadNamed(kind));
      if (found) served.insert(kind.alternative);
      if (!found && kind.alternative.empty()) return NotServed({kind});
    }
    if (!kinds.front().alternative.empty() && served.empty()) return NotServed(kinds);
    return std::move(objects_);
  }

 private:
  static absl::Status NotServed(const std::vector<PeerKind>& kinds) {
    const std::string names =
        absl::StrJoin(kinds, " and ", [](std::string* out, const PeerKind& kind) {
          *out += absl::StrFormat("%s.%s (%s)", kind.plural, kind.group,
                                  absl::StrJoin(kind.versions, ", "));
        });
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: not served by this API server: name another one (--context), or give the manifests "
        "with -f",
        names));
  }

  // Whether one of its versions is served.
  absl::StatusOr<bool> ReadKind(const PeerKind& kind) {
    for (const std::string& version : kind.versions) {
      const std::string path = kube::ResourcePath({kind.group, version, kind.plural}, {});
      const absl::Status status = ReadPages(path);
      if (status.ok()) return true;
      if (!absl::IsNotFound(status)) return status;
    }
    return false;
  }

  absl::Status ReadPages(const std::string& path) {
    std::string next;
    do {
      std::string page = absl::StrFormat("%s?limit=%d", path, kPageSize);
      if (!next.empty()) page += "&continue=" + kube::EscapeQuery(next);
      TUTTI_ASSIGN_OR_RETURN(const std::string body, reader_.Get(page));
      TUTTI_ASSIGN_OR_RETURN(next, importer::ReadSourcePage(body, objects_));
    } while (!next.empty());
    return absl::OkStatus();
  }

  // The first of its names that is there. None is an error: the kind is there always.
  absl::StatusOr<bool> ReadNamed(const PeerKind& kind) {
    const std::string& ns = ns_.empty() ? kind.ns : ns_;
    for (const std::string& name : kind.names) {
      const absl::StatusOr<std::string> body = reader_.Get(
          kube::ResourcePath({kind.group, kind.versions.front(), kind.plural}, {ns, name}));
      if (absl::IsNotFound(body.status())) continue;
      if (!body.ok()) return body.status();
      TUTTI_RETURN_IF_ERROR(importer::ReadSourcePage(*body, objects_).status());
      if (objects_.empty()) continue;  // an empty list, which is no such object
      const base::YamlTree* data = importer::FindKey(objects_.back().tree, "data");
      if (data != nullptr && importer::FindKey(*data, kind.key) != nullptr) return true;
      objects_.pop_back();
    }
    return absl::NotFoundError(absl::StrFormat(
        "there is no %s %s with %s in namespace %s: name its namespace with -n, or give it with -f",
        kind.kind, absl::StrJoin(kind.names, " or "), kind.key, ns));
  }

  ClusterReader& reader_;
  const std::string& ns_;
  std::vector<SourceObject> objects_;
};

}  // namespace

absl::StatusOr<std::vector<SourceObject>> ReadSourceFiles(CommandContext& context,
                                                          const std::vector<std::string>& files) {
  std::vector<SourceObject> objects;
  for (const std::string& file : files) {
    const bool input = file == "-";
    TUTTI_ASSIGN_OR_RETURN(
        const std::string text,
        input ? ReadInput(context.in()) : ReadFile(file, importer::kMostSourceBytes));
    TUTTI_RETURN_IF_ERROR(
        importer::ReadSourceObjects(text, input ? "standard input" : file, objects));
  }
  return objects;
}

absl::StatusOr<std::vector<SourceObject>> ReadSourceCluster(kube::Client& client,
                                                            base::Duration timeout,
                                                            importer::Peer peer,
                                                            const std::string& ns) {
  ClusterReader reader(client, timeout);
  return ClusterSources(reader, ns).Read(importer::KindsOf(peer));
}

}  // namespace tutti::cli
