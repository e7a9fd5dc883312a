// SPDX-License-Identifier: Apache-2.0
#include "cosim/lockstep.hpp"

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>

namespace leadlag::cosim {

Parameters::Parameters(const std::string& text) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    values_.emplace_back(word.substr(0, equals), std::stoll(word.substr(equals + 1)));
  }
}

bool Parameters::has(const std::string& name) const {
  return std::any_of(values_.begin(), values_.end(), [&](const auto& v) { return v.first == name; });
}

std::int64_t Parameters::operator()(const std::string& name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  std::cerr << "the configuration has no parameter " << name << "\n";
  std::exit(3);
}

namespace {

constexpr std::size_t history_cycles = 20;
constexpr std::uint64_t traced_cycles = 1000;

std::int64_t sign_extended(std::uint64_t word, const Port& port) {
  const int spare = 64 - port.bits;
  return port.is_signed ? static_cast<std::int64_t>(word << spare) >> spare
                        : static_cast<std::int64_t>(word << spare >> spare);
}

/// Which bits of which ports rose and fell.
class Toggles {
 public:
  explicit Toggles(std::size_t ports) : last_(ports), rose_(ports), fell_(ports) {}
  void see(std::size_t port, std::uint64_t word) {
    if (seen_ > port) {
      rose_[port] |= ~last_[port] & word;
      fell_[port] |= last_[port] & ~word;
    } else {
      seen_ = port + 1;
    }
    last_[port] = word;
  }
  /// Returns how many did not.
  std::uint64_t print(const std::vector<Port>& ports) const {
    std::uint64_t all = 0, toggled = 0;
    std::ostringstream missed;
    for (std::size_t p = 0; p < ports.size(); ++p) {
      for (int b = 0; b < ports[p].bits; ++b) {
        const bool did = ((rose_[p] & fell_[p]) >> b & 1U) != 0;
        ++all;
        toggled += did ? 1U : 0U;
        if (!did) missed << " " << ports[p].name << "[" << b << "]";
      }
    }
    std::cout << "  toggled: " << toggled << " of " << all << " port bits";
    if (toggled < all) std::cout << ", not:" << missed.str();
    std::cout << "\n";
    return all - toggled;
  }

 private:
  std::vector<std::uint64_t> last_, rose_, fell_;
  std::size_t seen_ = 0;
};

struct Cycle {
  std::uint64_t number = 0;
  bool in_reset = false;
  std::vector<std::int64_t> twin, core;
};

struct Mismatch {
  std::uint64_t cycle = 0;
  std::size_t port = 0;
};

void print_history(const std::vector<Port>& ports, const std::deque<Cycle>& history) {
  std::cout << "  last cycles; an output is twin, or twin!core where they differ\n  cycle  reset";
  for (const Port& p : ports) std::cout << "  " << p.name;
  std::cout << "\n";
  for (const Cycle& c : history) {
    std::cout << "  " << c.number << (c.in_reset ? "  yes" : "  no");
    for (std::size_t p = 0; p < ports.size(); ++p) {
      std::cout << "  " << c.twin[p];
      if (c.twin[p] != c.core[p]) std::cout << "!" << c.core[p];
    }
    std::cout << "\n";
  }
}

void choose_inputs(Block& block, Stimuli& draw, bool new_segment) {
  for (Port& p : block.ports()) {
    if (!p.is_input) continue;
    switch (p.drive) {
      case Drive::signal:
        if (new_segment || !draw.stands_still()) *p.value = draw.word(p.bits, p.is_signed);
        break;
      case Drive::coefficient:
        if (new_segment) *p.value = draw.word(p.bits, p.is_signed);
        break;
      case Drive::line:
        *p.value = draw.line() ? 1 : 0;
        break;
      case Drive::rare:
        *p.value = draw.rare(50) ? 1 : 0;
        break;
      case Drive::own:
        break;
    }
  }
  block.stimulate(draw);
}

/// Runs until `cycles` or the first mismatch.
class Run {
 public:
  Run(const std::string& name, Block& block, const Options& options)
      : block_(block), draw_(options.seed, name), toggles_(block.ports().size()) {}

  void trace(const std::string& path, std::uint64_t from) {
    block_.open_trace(path);
    trace_from_ = from;
  }
  std::optional<Mismatch> until(std::uint64_t cycles) {
    block_.set_reset(false);  // so that the first reset is an edge
    block_.settle();
    for (std::uint64_t n = 0; n < cycles; ++n) {
      const bool new_segment = draw_.next_cycle(), in_reset = draw_.reset();
      if (in_reset) block_.reset();
      choose_inputs(block_, draw_, new_segment);
      for (const Port& p : block_.ports()) {
        if (p.is_input) p.write(static_cast<std::uint64_t>(*p.value));
      }
      block_.set_clock(false);
      block_.set_reset(in_reset);
      block_.settle();
      if (n >= trace_from_) block_.dump(2 * n);
      block_.expect();
      const std::optional<std::size_t> wrong = compare(n, in_reset);
      if (wrong) return Mismatch{n, *wrong};
      block_.set_clock(true);
      block_.settle();
      if (n >= trace_from_) block_.dump(2 * n + 1);
      if (!in_reset) block_.advance();
    }
    return {};
  }
  const std::deque<Cycle>& history() const { return history_; }
  const Toggles& toggles() const { return toggles_; }

 private:
  std::optional<std::size_t> compare(std::uint64_t n, bool in_reset) {
    if (history_.size() == history_cycles) {
      history_.push_back(std::move(history_.front()));
      history_.pop_front();
    } else {
      history_.emplace_back();
    }
    Cycle& now = history_.back();
    const std::vector<Port>& ports = block_.ports();
    now.number = n;
    now.in_reset = in_reset;
    now.twin.resize(ports.size());
    now.core.resize(ports.size());
    std::optional<std::size_t> wrong;
    for (std::size_t p = 0; p < ports.size(); ++p) {
      const std::uint64_t word = ports[p].read();
      toggles_.see(p, word);
      now.twin[p] = sign_extended(word, ports[p]);
      now.core[p] = *ports[p].value;
      if (now.twin[p] != now.core[p] && !wrong) wrong = p;
    }
    return wrong;
  }

  Block& block_;
  Stimuli draw_;
  Toggles toggles_;
  std::deque<Cycle> history_;
  std::uint64_t trace_from_ = ~std::uint64_t{0};
};

}  // namespace

bool run(const std::string& name, const std::function<std::unique_ptr<Block>()>& make,
         const Options& options) {
  const std::unique_ptr<Block> block = make();
  Run first(name, *block, options);
  const std::optional<Mismatch> wrong = first.until(options.cycles);
  if (!wrong) {
    std::cout << name << ": " << options.cycles << " cycles, no mismatch, seed " << options.seed << "\n";
    const std::uint64_t untoggled = first.toggles().print(block->ports());
    if (untoggled > options.untoggled) std::cout << "  more than " << options.untoggled << " stood still\n";
    return untoggled <= options.untoggled;
  }
  const Port& port = block->ports()[wrong->port];
  const Cycle& last = first.history().back();
  std::cout << name << ": MISMATCH in cycle " << wrong->cycle << ", seed " << options.seed << ": "
            << port.name << " is " << last.twin[wrong->port] << " in the twin and " << last.core[wrong->port]
            << " in the core\n";
  print_history(block->ports(), first.history());
  const std::unique_ptr<Block> again = make();
  Run second(name, *again, options);
  second.trace(options.vcd, wrong->cycle - std::min(wrong->cycle, traced_cycles));
  second.until(options.cycles);
  std::cout << "  trace: " << options.vcd << "\n";
  return false;
}

}  // namespace leadlag::cosim
