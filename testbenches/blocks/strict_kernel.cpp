// SPDX-License-Identifier: Apache-2.0
#include <systemc>

namespace {

/// A kernel warning is a failure: it throws out of elaboration or out of sc_start. Linked into every test
/// binary that elaborates.
[[maybe_unused]] const auto strict =
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);

}  // namespace
