// SPDX-License-Identifier: Apache-2.0
#include "arrays/circuit.hpp"

#include <algorithm>
#include <stdexcept>

namespace leadlag {
namespace {

class Order {
 public:
  explicit Order(const Circuit& circuit)
      : c_(circuit), followed_(c_.columns.size()), waiting_(c_.columns.size()) {
    for (std::size_t k = 0; k < c_.columns.size(); ++k) {
      followed_[k] =
          !c_.columns[k].kind || c_.columns[k].kind->states() == c_.columns[k].kind->outputs().size();
      if (c_.columns[k].kind) waiting_[k].resize(c_.columns[k].kind->inputs().size(), 0);
    }
    for (const auto& r : c_.reads) expect(r.to, Wire::current);
    for (const auto& l : c_.links)
      expect(l.to, pin(l.to).wire == Wire::current ? Wire::current : Wire::voltage);
    check_drivers();
  }

  std::vector<CircuitStep> run() {
    std::vector<bool> read(c_.reads.size()), linked(c_.links.size());
    for (bool moved = true; moved;) {
      moved = false;
      const auto arrive = [&](const auto& wire, std::vector<bool>& done, std::size_t k,
                              CircuitStep::Kind kind) {
        if (done[k] || !known(wire.from)) return;
        done[k] = moved = true;
        --waiting_[wire.to.column][wire.to.pin];
        steps_.push_back({kind, k});
      };
      for (std::size_t k = 0; k < read.size(); ++k) arrive(c_.reads[k], read, k, CircuitStep::Kind::read);
      for (std::size_t k = 0; k < linked.size(); ++k) arrive(c_.links[k], linked, k, CircuitStep::Kind::link);
      for (std::size_t k = 0; k < followed_.size(); ++k) {
        if (followed_[k] || !ready(k)) continue;
        followed_[k] = moved = true;
        steps_.push_back({CircuitStep::Kind::follow, k});
      }
    }
    for (std::size_t k = 0; k < followed_.size(); ++k) {
      if (!followed_[k]) throw std::logic_error("no state in the loop through " + c_.columns[k].name);
    }
    return std::move(steps_);
  }

 private:
  const Pin& pin(Circuit::Signal s) const { return c_.columns[s.column].kind->inputs()[s.pin]; }
  bool known(Circuit::Signal s) const {
    const auto& kind = c_.columns[s.column].kind;
    return !kind || s.pin < kind->states() || followed_[s.column];
  }
  bool ready(std::size_t column) const {
    const auto& kind = *c_.columns[column].kind;
    for (std::size_t k = 0; k < waiting_[column].size(); ++k) {
      if (kind.passes(k) && waiting_[column][k] > 0) return false;
    }
    return true;
  }
  void expect(Circuit::Signal to, Wire wire) {
    if (pin(to).wire != wire) fail(to, "takes another kind of wire");
    ++waiting_[to.column][to.pin];
  }
  void check_drivers() const {
    for (std::size_t k = 0; k < c_.columns.size(); ++k) {
      for (std::size_t p = 0; p < waiting_[k].size(); ++p) {
        const Wire wire = c_.columns[k].kind->inputs()[p].wire;
        const auto lines = std::count_if(c_.controls.begin(), c_.controls.end(),
                                         [&](const auto& x) { return x.to.column == k && x.to.pin == p; });
        if (wire == Wire::voltage && waiting_[k][p] > 1) fail({k, p}, "has two drivers");
        if (wire == Wire::line && lines != 1) fail({k, p}, "needs one line of the sequencer");
        if (wire != Wire::line && lines != 0) fail({k, p}, "is no line");
      }
    }
  }
  [[noreturn]] void fail(Circuit::Signal s, const std::string& what) const {
    throw std::logic_error(c_.columns[s.column].name + "." + pin(s).name + " " + what);
  }

  const Circuit& c_;
  std::vector<bool> followed_;
  std::vector<std::vector<int>> waiting_;
  std::vector<CircuitStep> steps_;
};

}  // namespace

std::vector<CircuitStep> signal_order(const Circuit& circuit) { return Order(circuit).run(); }

}  // namespace leadlag
