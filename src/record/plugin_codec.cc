#include "record/plugin_codec.h"

namespace tutti::record {

using Round = planner::CoreCheckpoint::Round;

void Put(const Round& round, pb::SavedRound& out) {
  const auto& [unfinished, in_turn, next, again_at, waiting, lines] = round;
  out.set_unfinished(unfinished);
  out.set_in_turn(in_turn);
  out.set_next(next);
  out.set_again_at(again_at.nanos);
  out.mutable_waiting()->Add(waiting.begin(), waiting.end());
  for (const Round::Line& line : lines) {
    pb::SavedRoundLine& to = *out.add_lines();
    to.set_line(line.line);
    to.set_over(line.over);
    if (!line.last) continue;
    to.mutable_last()->set_whole(line.last->whole);
    to.mutable_last()->set_priority(line.last->priority);
    to.mutable_last()->set_arrival(line.last->arrival);
  }
}

void Get(const pb::SavedRound& in, Round& round, ModelReader& reader) {
  round.unfinished = in.unfinished();
  round.in_turn = in.in_turn();
  round.next = in.next();
  round.again_at = reader.Time(in.again_at());
  round.waiting.assign(in.waiting().begin(), in.waiting().end());
  for (const pb::SavedRoundLine& from : in.lines()) {
    Round::Line& line = round.lines.emplace_back();
    line.line = from.line();
    line.over = from.over();
    if (from.has_last())
      line.last = {from.last().whole(), from.last().priority(), from.last().arrival()};
  }
}

void Put(const framework::PluginState& state, pb::SavedPluginState& out) {
  const auto& [plugin, bytes] = state;
  out.set_plugin(plugin);
  out.set_bytes(bytes);
}

framework::PluginState Get(const pb::SavedPluginState& in) { return {in.plugin(), in.bytes()}; }

}  // namespace tutti::record
