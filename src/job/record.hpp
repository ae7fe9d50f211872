// Exit records: one small TOML file for each end of a job's program, written before anybody is told.
//
//   make@1767225600000123.toml      name, '@', wall time of the end in microseconds
//
// A record is kept until `sess rm` or an age limit. It holds what a person asks later: how it ended, when,
// what it took.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "job/exit.hpp"
#include "job/files.hpp"

namespace sess::job {

using WallTime = std::chrono::system_clock::time_point;

struct Record {
  std::string name;
  std::vector<std::string> command;
  Exit exit;
  bool success = false;  ///< by the job's own success-exit
  bool stopped = false;  ///< a person stopped it
  WallTime start{};
  WallTime end{};
  std::chrono::microseconds cpu_user{0};
  std::chrono::microseconds cpu_system{0};
  std::uint64_t peak_memory = 0;  ///< bytes
  int restart = 0;                ///< 0 for the first run since a person started it
  int pid = 0;
  std::chrono::microseconds took{0};  ///< by a clock that nobody sets; 0: not known
  std::string spec;                   ///< what it was told to be, as a job file; "" when that is too long
  std::string log;                    ///< where its output is kept, when that is not the place for all
  Size size;                          ///< of its terminal: what it printed is to be read in this width

  bool operator==(const Record&) const = default;
};

/// How long the run took, whatever the clock did meanwhile.
[[nodiscard]] std::chrono::microseconds time_taken(const Record& record);

/// A run that goes on, as a daemon that finds it after its own was killed knows it.
struct RunningNote {
  Record run;  ///< as far as it is known
  std::string host;
  int daemon = 0;  ///< pid of the keeper
};
[[nodiscard]] std::string encode_note(const RunningNote& note);
[[nodiscard]] Result<RunningNote> decode_note(std::string_view text);

/// The file's text, and back; the error of the second names what is missing or wrong.
[[nodiscard]] std::string encode_record(const Record& record);
[[nodiscard]] Result<Record> decode_record(std::string_view text);

class RecordStore {
 public:
  /// The directory outlives the store.
  explicit RecordStore(Directory& directory) : directory_(directory) {}

  /// Durable when it returns success.
  Result<> add(const Record& record);
  /// Many at once, for the price of about one.
  Result<> add(const std::vector<Record>& records);
  /// The newest record of that name; not_found when there is none. A file that cannot be read is skipped for
  /// the next. The directory is read once for all names, and again for one that is not known yet.
  [[nodiscard]] Result<Record> newest(const std::string& name);
  /// When the newest record of that name ended, as far as the names of the files say; nothing for a name
  /// without one. The directory is read once: what another daemon has added since is not seen.
  [[nodiscard]] std::optional<WallTime> newest_end(const std::string& name);
  /// A record that was added is the newest of its name from now on. (add() may run on another thread.)
  void added(const Record& record);
  /// All of that name, or of all names (empty), oldest end first; of more than `limit` the newest. Unreadable
  /// files are left out.
  [[nodiscard]] Result<std::vector<Record>> list(const std::string& name = {},
                                                 std::size_t limit = std::numeric_limits<std::size_t>::max());
  /// The newest of each name, of the `limit` names that ended last; newest end first.
  [[nodiscard]] Result<std::vector<Record>> newest_of_each(std::size_t limit);
  /// Removes all of that name; how many.
  Result<int> remove(const std::string& name);
  /// Removes what ended longer than `age` ago; how many. Looks at file names only.
  Result<int> expire(std::chrono::hours age, WallTime now);

 private:
  Result<> read_names();

  Directory& directory_;
  bool names_read_ = false;
  std::map<std::string, std::int64_t>
      newest_;  ///< by name: when the newest record ended, as its file's name says
};

}  // namespace sess::job
