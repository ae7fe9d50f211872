// What commands need of the world, by owner: terminals, programs, clients, files, time. The queue carries it
// to them.
//
// Commands change the model themselves; the model's events tell the server which panes, windows and sessions
// came, went, moved or changed size, and the server follows (it resizes terminals, ends programs, redraws). A
// port is therefore only called for what is not in the model. Every call returns at once: what takes time
// takes a callback, which runs later from the loop and never inside the call, and is dropped with its owner.
#pragma once

#include "command/ports/clients.hpp"
#include "command/ports/daemon.hpp"
#include "command/ports/display.hpp"
#include "command/ports/files.hpp"
#include "command/ports/keyboard.hpp"
#include "command/ports/messages.hpp"
#include "command/ports/overlays.hpp"
#include "command/ports/panes.hpp"
#include "command/ports/questions.hpp"
#include "command/ports/screens.hpp"
#include "command/ports/shells.hpp"

namespace sess::input {
class KeyTables;
}

namespace sess::command {

using model::ClientId;
using model::PaneId;
using model::SessionId;
using model::WindowId;

class JobPort;
class BootPort;
class RestorePort;
class DebugPort;

struct Ports {
  const ServerFacts& facts;
  DaemonPort& daemon;
  ClientPort& clients;
  MessagePort& messages;
  DisplayPort& display;
  KeyboardPort& keyboard;
  QuestionPort& questions;
  OverlayPort& overlays;
  input::KeyTables& keys;
  ProgramPort& programs;
  PanePort& panes;
  ScreenPort& screens;
  ShellPort& shells;
  FilePort& files;
  JobPort* jobs = nullptr;         ///< null where there are none
  BootPort* boot = nullptr;        ///< what starts with the machine; null where nothing does
  RestorePort* restore = nullptr;  ///< sessions of an earlier daemon; null where none are kept
  DebugPort* debug = nullptr;      ///< null where there is no server
};

}  // namespace sess::command
