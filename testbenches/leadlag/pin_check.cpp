// SPDX-License-Identifier: Apache-2.0
#include "leadlag/pin_check.hpp"

#include "leadlag/pins.hpp"

namespace leadlag {
namespace {

using sc_core::sc_object;

/// A signal that says itself that it takes several drivers is none of our business.
bool shared_on_purpose(const sc_core::sc_interface& signal) {
  const auto many = [&](const auto* s) {
    return s != nullptr && s->get_writer_policy() != sc_core::SC_ONE_WRITER;
  };
  return many(dynamic_cast<const sc_core::sc_signal_inout_if<double>*>(&signal)) ||
         many(dynamic_cast<const sc_core::sc_signal_inout_if<bool>*>(&signal));
}

}  // namespace

PinCheck::PinCheck() { collect(sc_core::sc_get_top_level_objects()); }

void PinCheck::collect(const std::vector<sc_object*>& objects) {
  for (sc_object* object : objects) {
    const auto* value = dynamic_cast<const sc_core::sc_inout<double>*>(object);  // sc_out is one, too
    const auto* level = dynamic_cast<const sc_core::sc_inout<bool>*>(object);
    if (value != nullptr && value->get_interface() != nullptr) {
      drivers_.emplace_back(value->get_interface(), value->name());
    } else if (level != nullptr && level->get_interface() != nullptr) {
      drivers_.emplace_back(level->get_interface(), level->name());
    } else {
      collect(object->get_child_objects());
    }
  }
}

void PinCheck::inspect(sc_core::sc_port_base& pin) {
  const std::string name = pin.name();
  if (pin.bind_count() > 1) {
    add(name + " is bound to " + std::to_string(pin.bind_count()) +
        " signals: a pin takes one; add up signals in "
        "a module of your own");
    return;
  }
  const sc_core::sc_interface* signal = pin.get_interface();
  if (signal == nullptr || shared_on_purpose(*signal)) return;
  std::vector<std::string> names;
  for (const auto& [driven, driver] : drivers_) {
    if (driven == signal) names.push_back(driver);
  }
  if (names.size() < 2) return;
  const auto* object = dynamic_cast<const sc_object*>(signal);
  std::string text = name + " is driven by " + std::to_string(names.size()) + " pins: ";
  for (std::size_t k = 0; k < names.size(); ++k) text += (k == 0 ? "" : ", ") + names[k];
  add(text + (object == nullptr ? "" : ", all bound to signal " + std::string(object->name())) +
      "; give each driver a signal of its own");
}

void PinCheck::throw_if_any() const {
  if (mistakes_.empty()) return;
  std::string text = "the testbench is not wired up:";
  for (const std::string& mistake : mistakes_) text += "\n  " + mistake;
  throw WiringError(text);
}

}  // namespace leadlag
