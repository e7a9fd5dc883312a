// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// What can happen on the die and draws charge from the supply when it does.
enum class Event : std::size_t {
  code_change,    ///< an input driver's code changes
  hold_sample,    ///< a value is sampled at a clock edge (one per register and cycle)
  accumulate,     ///< a plasticity cell adds a product to its own store
  weight_update,  ///< a plasticity cell writes its weight register
  weight_read,    ///< the host reads a plasticity cell (all bits, over the wires)
  weight_write,   ///< the host writes a weight register (all bits, over the wires)
  conversion,     ///< the readout converts one value
  record,         ///< a trajectory memory converts and writes one word
  replay,         ///< a trajectory memory reads one word and converts it back
  transfer,       ///< a bit leaves the die over the host link
  product,        ///< a digital column multiplies a word by a weight
  dissipation,    ///< a conductance, diode or closing switch turns current into heat for a clock cycle
};
template <>
struct Names<Event> {
  static constexpr std::array<std::string_view, 12> value{
      "code_change", "hold_sample", "accumulate", "weight_update", "weight_read", "weight_write",
      "conversion",  "record",      "replay",     "transfer",      "product",     "dissipation"};
};
inline constexpr std::size_t event_kinds = Names<Event>::value.size();

/// How often each event happened. `operations` counts synaptic operations (a nonzero rate times one weight),
/// which draw no charge of their own here: a synapse is a transconductor and its cost is its bias. `heat` is
/// what all events of dissipation together came to: power times clock cycles, in full scales of voltage and
/// current.
struct Activity {
  std::array<std::uint64_t, event_kinds> events{};
  std::uint64_t operations = 0;
  double heat = 0.0;

  std::uint64_t& operator[](Event e) { return events[static_cast<std::size_t>(e)]; }
  std::uint64_t operator[](Event e) const { return events[static_cast<std::size_t>(e)]; }
};

/// One settling arc, as a Liberty library has timing arcs.
struct Arc {
  std::string from, to;
  Time settle;
  std::string derivation;
};

struct EventEnergy {
  Event event;
  Energy energy;  ///< of one; Event::dissipation: per unit of Activity::heat
  std::string derivation;
};

/// What the timing, energy and area reports read of one block instance. Derived from the block's own
/// parameters and the technology, never from a simulation.
struct Datasheet {
  std::string block;
  std::vector<Arc> arcs;
  Current static_current;  ///< drawn from the supply all the time, mirrors included
  std::string static_derivation;
  std::vector<EventEnergy> energies;
  Area area;
  std::string area_derivation;
};

}  // namespace leadlag
