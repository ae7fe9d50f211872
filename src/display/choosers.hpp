// The choosers in the world: what choose-tree, choose-client and choose-buffer were given, the modes that
// they begin, and what those ask for (formats, commands, questions, screens). Called by pane_modes, which
// owns what is made here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/language/queue.hpp"
#include "modes/choose/chooser.hpp"
#include "panes/terminals.hpp"

namespace sess::display {

/// One chooser's ports. Lives as long as its mode.
class ChooserWorld final : public modes::ChooserPorts {
 public:
  struct Parts {
    model::Model& model;
    command::Queue& queue;
    panes::Terminals& terminals;
  };
  /// `pane`: where it is; `client`: who uses it.
  ChooserWorld(const Parts& parts, model::PaneId pane, std::optional<model::ClientId> client)
      : model_(parts.model), queue_(parts.queue), terminals_(parts.terminals), pane_(pane), client_(client) {}

  void set_client(model::ClientId client) { client_ = client; }
  [[nodiscard]] model::PaneId pane() const { return pane_; }
  /// Whether commands of the mode were given to the queue since the last call: what it shows may be different
  /// then.
  [[nodiscard]] bool take_ran() { return std::exchange(ran_, false); }
  [[nodiscard]] const input::KeyTables& keys() const { return queue_.ports().keys; }
  /// Who uses it, or else whoever looks at it.
  [[nodiscard]] std::optional<model::ClientId> user() const;

  [[nodiscard]] model::Style style() const override;
  [[nodiscard]] model::Style colour(model::SessionId session, bool active) const override;
  [[nodiscard]] std::string expand(std::string_view format, const modes::Subject& subject,
                                   int line) const override;
  void run(std::string_view command, std::string_view target, const modes::Subject& subject) override;
  void ask(modes::Question question, std::function<void(const std::string&)> answer) override;
  [[nodiscard]] const terminal::Screen* screen(model::PaneId pane) const override;
  [[nodiscard]] std::vector<modes::BufferFacts> buffers() const override;
  [[nodiscard]] std::string_view buffer(std::string_view name) const override;
  [[nodiscard]] Status status(model::ClientId client) const override;
  void draw_status(render::Frame& frame, render::Rect area, model::ClientId client) const override;

 private:
  [[nodiscard]] command::Target target(const modes::Subject& subject) const;

  const model::Model& model_;
  command::Queue& queue_;
  panes::Terminals& terminals_;
  model::PaneId pane_;
  std::optional<model::ClientId> client_;
  bool ran_ = false;
};

/// What a command asked for.
struct ChooserRequest {
  std::string name;  ///< "choose-tree", ...
  modes::ChooserOptions options;
  bool zoom = false;          ///< -Z
  bool sessions = false;      ///< -s
  bool windows = false;       ///< -w
  bool all_of_group = false;  ///< -G
};

[[nodiscard]] bool is_chooser(std::string_view command);
/// Somebody is there to choose.
[[nodiscard]] bool has_attached(const model::Model& model);
[[nodiscard]] ChooserRequest parse_chooser(std::string_view name, const std::vector<std::string>& arguments);
/// Null: there is nothing to choose from.
[[nodiscard]] std::unique_ptr<modes::Mode> make_chooser(const ChooserRequest& request,
                                                        const model::Model& model, ChooserWorld& world,
                                                        Size size);

}  // namespace sess::display
