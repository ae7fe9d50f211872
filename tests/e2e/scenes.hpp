// Scenes: what is done in tmux and in sess alike, as a text file below twin/ says (scenes.txt tells its
// language), with both terminals compared after each step that asks for it, and a second file of the
// differences that are known, with their reasons.
#pragma once

#include <string>

#include "twin.hpp"

namespace sess::test {

/// Plays all scenes of a file and checks each compared step; TWIN_ONLY=part of a scene's name plays that one,
/// TWIN_SHOW prints the screens that differ, TWIN_PATIENCE is in milliseconds.
void play_scenes(const std::string& scenes, const std::string& differences);

/// Both beside each other, for tests that say step by step what is compared.
struct Pair {
  /// With plain_config() before `config`. No session runs yet.
  explicit Pair(const std::string& config = "") : twin(Twin::plain_config() + config) {}
  /// What differs, "" for nothing. A check that fails prints both screens.
  std::string same();
  /// A key without the prefix, in both.
  void bind(const std::string& key, const std::string& command);
  Twin twin;
};

/// Until both show a prompt that waits for input, or no cursor.
void wait_for_prompts(Twin& twin);

}  // namespace sess::test
