// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace leadlag {

/// Forks from a process without a kernel or threads (SystemC elaborates once per process). The child runs
/// `work` on one thread and can be stopped by signals; it exits with exit_met, or with exit_our_bug after
/// "what: reason" on standard error. Throws std::runtime_error if it cannot be started.
pid_t start_child(const std::string& what, const std::function<void()>& work);

}  // namespace leadlag
