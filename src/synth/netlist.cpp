// SPDX-License-Identifier: Apache-2.0
#include "synth/netlist.hpp"

#include <map>
#include <nlohmann/json.hpp>

namespace leadlag {
namespace {

/// "_123_" is Yosys's name for what the RTL does not name.
bool is_number(const std::string& name) {
  return name.size() > 2 && name.front() == '_' && name.find_first_not_of("0123456789", 1) == name.size() - 1;
}

/// What a reader looks for: registers (..._q) before other names of the RTL before Yosys's own.
int rank(const std::string& name) {
  const std::string stem = name.substr(0, name.find('['));
  return is_number(stem) ? 0 : stem.ends_with("_q") ? 2 : 1;
}

std::map<std::size_t, std::string> names_of_bits(const nlohmann::json& nets) {
  std::map<std::size_t, std::string> names;
  for (const auto& [name, net] : nets.items()) {
    const auto& bits = net.at("bits");
    for (std::size_t k = 0; k < bits.size(); ++k) {
      if (!bits[k].is_number_unsigned()) continue;  // a constant
      std::string& kept = names[bits[k].get<std::size_t>()];
      if (!kept.empty() && rank(name) <= rank(kept)) continue;
      kept = name + (bits.size() > 1 ? "[" + std::to_string(k) + "]" : "");
    }
  }
  return names;
}

}  // namespace

std::string GateNetlist::point_name(const std::string& point) const {
  for (const Cell& cell : cells) {
    if (cell.name == point && !cell.output_names.empty()) return cell.output_names.front();
  }
  return point;
}

GateNetlist read_netlist(const std::string& text, const std::string& module) {
  GateNetlist netlist;
  try {
    const auto json = nlohmann::json::parse(text).at("modules").at(module);
    for (const auto& [name, port] : json.at("ports").items()) {
      const auto& bits = port.at("bits");
      GateNetlist::Port made{name, static_cast<int>(bits.size()), port.at("direction") == "input", {}};
      if (made.input) made.bits = bits.get<std::vector<std::size_t>>();
      netlist.ports.push_back(std::move(made));
    }
    const auto names = names_of_bits(json.at("netnames"));
    for (const auto& [name, cell] : json.at("cells").items()) {
      if (!cell.contains("port_directions"))
        throw FlowError("cell " + cell.at("type").get<std::string>() + " is not in the library");
      GateNetlist::Cell made{name, {}, {}, {}, {}};
      for (const auto& [pin, direction] : cell.at("port_directions").items()) {
        const auto& bits = cell.at("connections").at(pin);
        if (bits.empty() || !bits[0].is_number_unsigned()) continue;
        (direction == "output" ? made.output_nets : made.input_nets).push_back(bits[0].get<std::size_t>());
        if (direction != "output") continue;
        made.outputs.push_back(pin);
        made.output_names.push_back(names.at(bits[0].get<std::size_t>()));
      }
      netlist.cells.push_back(std::move(made));
    }
  } catch (const nlohmann::json::exception& e) {
    throw FlowError("the netlist of " + module + " cannot be read: " + e.what());
  }
  if (netlist.cells.empty()) throw FlowError("the netlist of " + module + " has no cells");
  return netlist;
}

}  // namespace leadlag
