// PaneIo's other life: a pane that is set aside, and how it begins anew.
#include "base/log.hpp"
#include "panes/pane_io.hpp"

namespace sess::panes {

void PaneIo::come_up_aside(Size size, std::string_view why) {
  emulator_ = std::make_unique<terminal::Emulator>(size, own_lines_, sink_);
  emulator_->set_history_limits(limits_.history_lines, limits_.history_bytes);
  parsed_ = *journal_->aside();
  leave_mark();
  sink_.set_quiet(true);
  emulator_->feed(
      fmt::format("[sess: this pane is set aside: {}. Its program runs and gets what is typed; what it "
                  "prints {}. send-keys -R begins its screen anew, respawn-pane -k its program; an upgrade "
                  "of sess tries to show all of it again.]\r\n",
                  why, unreadable_ ? "waits" : "is kept, and waits when there is no more room"));
  sink_.set_quiet(false);
}

void PaneIo::begin_anew() {
  log::info("pane {}: begins anew", id_.value);
  const std::uint64_t from = *journal_->aside();
  const auto identity = emulator_->identity();
  const Size size = emulator_->screen().size();
  auto anew = std::make_unique<terminal::Emulator>(size, *journal_, sink_);
  sink_.set_quiet(true);
  anew->set_identity(identity);
  anew->set_history_limits(limits_.history_lines, limits_.history_bytes);
  anew->set_settings(limits_.settings);
  sink_.set_quiet(false);
  emulator_ = std::move(anew);
  own_lines_ = {};
  marks_.clear();
  unreadable_ = false;

  // A server that dies before the new state is saved finds the pane set aside still; one that dies behind it,
  // of what was kept, finds a pane that one server died of.
  parsed_ = from;
  leave_mark();
  recovering_ = true;
  save();
  journal_->keep_only({});
  journal_->take_back();
  const auto before = journal_->begin_work(Journal::Work::recovery);
  replay(journal_->written(), kCarefulPortion);
  recovering_ = false;
  journal_->begin_work(before);
  checkpoint();
  full_ = false;
  want_what_fits();
  sink_.observer().on_pane_output(*this);
}

}  // namespace sess::panes
