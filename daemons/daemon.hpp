// A daemon lives on one single-threaded loop, holds its state without locks and sees the world through ports only.
#pragma once

#include "common/runtime/supervised.hpp"

namespace harvest {

// The supervisor starts it, asks whether it is ready, and stops it. It scales by more slots, never by threads.
class Daemon : public Supervised {};

} // namespace harvest
