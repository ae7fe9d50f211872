// What a child of sess-debug may take: bytes of a program can end a terminal, or keep it busy for ever.
//
// Called in the child, between fork and work. Does not start it, and does not judge how it ended: compare and
// replay do.
#pragma once

namespace sess::cli {

/// In the child: a minute of processor time, a gibibyte, no core, no descriptor from 3 on but `kept`.
void limit_child(int kept);

}  // namespace sess::cli
