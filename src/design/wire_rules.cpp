// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/sections.hpp"
#include "design/values.hpp"

// Wires that resist (`blocks: synapse: {wires: approximate | nodal}`): which chips they are built for.
namespace leadlag {
namespace {

/// Of one tile: three unknowns each in a sparse factorisation, about 2 GB at this size.
constexpr double most_nodal_cells = 65536.0;

class WireRules {
 public:
  explicit WireRules(Draft& draft)
      : draft_(draft), design_(draft.design), wires_(name_of(design_.blocks.synapse.wires)) {}

  void check() {
    if (!design_.blocks.synapse.conducts()) return;
    need(design_.chip.detail == Detail::tile, "chip.detail", "detail: tile, where wires are solved per tile");
    const System system = design_.learning.params.system;
    need(!is_circuit(system) && system != System::bptt, "learning.system",
         "one of the systems none, le, gle, vle_exact and vle_local, not " + std::string(name_of(system)));
    for (std::size_t a = 0; a < design_.arrays.size(); ++a) {
      const ArrayDesign& array = design_.arrays[a];
      if (!draft_.sound(a) || !array.is_continuous()) continue;
      const std::string own = "arrays." + array.name + ".coupling";
      need(false, draft_.states(own) ? own : "chip.coupling",
           "coupling: sampled, but '" + array.name + "' is continuous");
    }
    if (design_.blocks.synapse.wires != WireModel::nodal) return;
    for (const CrossbarDesign& c : design_.crossbars) check_size(c);
  }

 private:
  void check_size(const CrossbarDesign& c) {
    if (!draft_.sound(c.from) || !draft_.sound(c.to)) return;
    const auto side = [](std::size_t tile, std::size_t all) {
      return static_cast<double>(tile == 0 ? all : std::min(tile, all));
    };
    const double cells =
        side(c.tile.rows, design_.arrays[c.to].size) * side(c.tile.columns, design_.arrays[c.from].size);
    need(cells <= most_nodal_cells, "crossbars." + c.name,
         "tiles of at most 65536 crosspoints, such as 256x256; '" + c.name +
             "' has larger ones: use wires: approximate");
  }
  void need(bool met, const std::string& path, const std::string& what) {
    if (!met) draft_.log.add("illegal-combination", draft_.mark(path), "wires: " + wires_ + " needs " + what);
  }

  Draft& draft_;
  const Design& design_;
  const std::string wires_;
};

}  // namespace

void check_wires(Draft& draft) { WireRules(draft).check(); }

}  // namespace leadlag
