// SPDX-License-Identifier: Apache-2.0
// A chip that learns while it runs, and learns again when its target is changed.
//
//   cmake -S . -B build -D CMAKE_PREFIX_PATH=/where/leadlag/is/installed && cmake --build build
//   build/moving_target follower.yaml
//
// The target is a weighted sum of both inputs, so the chip's two weights have to become the teacher's. After
// 2 ms the teacher changes its mind; after 4 ms learning is switched off. Energy is read at each turn.
#include <cmath>
#include <cstdio>
#include <leadlag/chip.hpp>

/// Drives the inputs and the target on the falling edge of the clock.
class Teacher : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_vector<sc_core::sc_out<double>> x_o{"x_o", 2};
  sc_core::sc_out<double> SC_NAMED(target_o);
  double first = 0.75, second = -0.5;  ///< weights of the teacher; may be changed at any time

  SC_HAS_PROCESS(Teacher);
  explicit Teacher(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(next);
    sensitive << clk_i.neg();
  }

 private:
  void next() {
    // The chip compares its output with the target one edge after the output was formed: the target is that
    // of the inputs before.
    target_o.write(first * a_ + second * b_);
    a_ = 0.6 * std::sin(0.31 * n_), b_ = 0.6 * std::sin(0.83 * n_ + 1.0);
    x_o[0].write(a_), x_o[1].write(b_);
    ++n_;
  }
  double a_ = 0.0, b_ = 0.0;
  int n_ = 0;
};

int sc_main(int argc, char* argv[]) {
  leadlag::Chip chip{"chip", argc > 1 ? argv[1] : "follower.yaml"};
  leadlag::Clock clk{"clk", chip};
  Teacher teacher{"teacher"};
  sc_core::sc_vector<sc_core::sc_signal<double>> x{"x", 2};
  sc_core::sc_signal<double> target{"target"};
  sc_core::sc_signal<bool> learn{"learn", true};
  teacher.clk_i(clk), teacher.x_o(x), teacher.target_o(target);
  chip.clk_i(clk), chip.x_i(x), chip.target_i[0](target), chip.learn_i(learn);

  std::printf("phase time_us w0 w1 error energy_j dynamic_j power_w\n");
  double energy_before = 0.0, time_before = 0.0;
  const auto report = [&](const char* phase) {
    const leadlag::EnergyLedger energy = chip.energy();
    const double time = static_cast<double>(chip.cycles()) * chip.period().si;
    const std::vector<double> w = chip.read("w");
    std::printf("%s %.0f %.9f %.9f %.3e %.9g %.9g %.9g\n", phase, time * 1e6, w[0], w[1],
                chip.probe("out.error"), energy.total().si, energy.dynamic_energy.si,
                (energy.total().si - energy_before) / (time - time_before));
    energy_before = energy.total().si, time_before = time;
  };
  const auto run = [&](int cycles) { sc_core::sc_start(chip.clock_period() * cycles); };

  run(1000), report("learning");
  run(1000), report("learnt");
  teacher.first = -0.25, teacher.second = 0.5;
  run(5), report("changed");
  run(1995), report("learnt_again");
  learn.write(false);
  run(1000), report("frozen");
  return 0;
}
