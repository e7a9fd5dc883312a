// SPDX-License-Identifier: Apache-2.0
// Arrays in tile detail: linearity, order, cutting into tiles, replicas, buses, reset, and threads.
#include <omp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "arrays/socket.hpp"
#include "blocks/summing_node.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;

namespace {

/// IN-HIDDEN-OUT chip; names in capitals are replaced.
std::string layered(std::size_t in, std::size_t hidden, std::size_t out, const std::string& activation,
                    const std::string& tile) {
  std::string text = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: NIN}
  hidden: {block: prospective_neuron, size: NHIDDEN, activation: PHI, tau_m: 10 us, tau_r: 4 us}
  out: {block: prospective_neuron, size: NOUT, activation: linear, tau_m: 3 us, tau_r: 6 us}
crossbars:
  w1: {from: in, to: hidden, weights: glorot, bias: true, tile: TILE}
  w2: {from: hidden, to: out, weights: glorot, bias: true, tile: TILE}
blocks: {target_unit: {loss: mse, beta: 1}}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
  const auto put = [&](const std::string& name, const std::string& value) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), value);
    }
  };
  put("NIN", std::to_string(in)), put("NHIDDEN", std::to_string(hidden)), put("NOUT", std::to_string(out));
  put("PHI", activation), put("TILE", tile);
  return text;
}

double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-52 - 1.0; }

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && !a.empty() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
double distance(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(!a.empty());
  double d = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) d = std::max(d, std::abs(a[k] - b[k]));
  return d;
}

void drive_at_random(const std::vector<Socket*>& sockets, std::mt19937_64& random) {
  for (std::size_t i = 0; i < sockets[0]->design.inputs(); ++i) {
    const double x = uniform(random);
    for (Socket* s : sockets) s->x(i, x);
  }
  for (std::size_t i = 0; i < sockets[0]->design.outputs(); ++i) {
    const double t = uniform(random);
    for (Socket* s : sockets) s->target(i, t);
  }
}

}  // namespace

TEST_CASE("array: a linear chip superposes its inputs and targets, forwards and backwards", "[array]") {
  const std::string text = layered(5, 7, 3, "linear", "4x4");
  Socket a("a", text), b("b", text), both("both", text);
  for (Socket* s : {&a, &b, &both}) s->errors("hidden"), s->errors("out");
  std::mt19937_64 random(1);
  double worst = 0.0, largest = 0.0;
  for (int n = 0; n < 400; ++n) {
    const double p = 0.5, q = -1.5;
    for (std::size_t i = 0; i < 5; ++i) {
      const double x = uniform(random), y = uniform(random);
      a.x(i, x), b.x(i, y), both.x(i, p * x + q * y);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const double x = uniform(random), y = uniform(random);
      a.target(i, x), b.target(i, y), both.target(i, p * x + q * y);
    }
    for (Socket* s : {&a, &b, &both}) s->cycle();
    for (std::size_t i = 0; i < 3; ++i) {
      worst = std::max(worst, std::abs(p * a.value(i) + q * b.value(i) - both.value(i)));
      largest = std::max(largest, std::abs(both.value(i)));
    }
    for (std::size_t i = 0; i < 7; ++i) {
      const double e = both.errors("hidden")[i];
      worst = std::max(worst, std::abs(p * a.errors("hidden")[i] + q * b.errors("hidden")[i] - e));
      largest = std::max(largest, std::abs(e));
    }
  }
  CHECK(worst < 1e-13);  // a few ulp of numbers up to 10, forgotten by the filters
  CHECK(largest > 1.0);
}

TEST_CASE("array: permuting hidden neurons changes nothing", "[array]") {
  const std::size_t in = 6, hidden = 9, out = 4;
  const std::array<std::size_t, 9> order{4, 0, 8, 2, 6, 1, 7, 3, 5};
  const std::string text = layered(in, hidden, out, "tanh", "4x4");
  const auto stagger = [](Die& die) {  // every neuron its own time constants
    for (std::size_t i = 0; i < 9; ++i) {
      const Time tau_m = (4.0 + static_cast<double>(i)) * 1_us,
                 tau_r = (8.0 - 0.5 * static_cast<double>(i)) * 1_us;
      die.neurons[1][i].tau_m = die.error_units[1][i].tau_m = tau_m;
      die.neurons[1][i].tau_r = die.error_units[1][i].tau_r = tau_r;
      die.biases[0][i] = 0.1 * static_cast<double>(i);
    }
  };
  // The two chips draw different weights (seeded by name or not): the second gets the first one's, permuted.
  Socket plain("plain", text, {}, stagger);
  Socket shuffled("shuffled", text, {}, [&](Die& die) {
    stagger(die);
    const Die from = die;
    die.weights = plain.die.weights;
    for (std::size_t i = 0; i < hidden; ++i) {
      die.neurons[1][i] = from.neurons[1][order[i]], die.error_units[1][i] = from.error_units[1][order[i]];
      die.biases[0][i] = from.biases[0][order[i]];
      for (std::size_t j = 0; j < in; ++j)
        die.weights[0][i * in + j] = plain.die.weights[0][order[i] * in + j];
      for (std::size_t k = 0; k < out; ++k)
        die.weights[1][k * hidden + i] = plain.die.weights[1][k * hidden + order[i]];
    }
  });
  std::mt19937_64 random(2);
  double worst = 0.0;
  for (int n = 0; n < 500; ++n) {
    drive_at_random({&plain, &shuffled}, random);
    for (Socket* s : {&plain, &shuffled}) s->learn = true, s->eta = 1e-2, s->cycle();
    for (std::size_t i = 0; i < out; ++i)
      worst = std::max(worst, std::abs(plain.value(i) - shuffled.value(i)));
  }
  const auto w1 = plain.read("w1"), p1 = shuffled.read("w1"), w2 = plain.read("w2"), p2 = shuffled.read("w2");
  CHECK(distance(w1, plain.die.weights[0]) > 1e-2);  // it learnt
  for (std::size_t i = 0; i < hidden; ++i) {
    for (std::size_t j = 0; j < in; ++j)
      worst = std::max(worst, std::abs(p1[i * in + j] - w1[order[i] * in + j]));
    for (std::size_t k = 0; k < out; ++k) {
      worst = std::max(worst, std::abs(p2[k * hidden + i] - w2[k * hidden + order[i]]));
    }
  }
  CHECK(worst < 1e-12);  // sums of 9 in another order: a few ulp a cycle, 500 cycles
}

TEST_CASE("array: a crossbar cut into physical tiles reads and learns as one", "[array]") {
  const auto whole_text = layered(20, 30, 20, "tanh", "64x64"), cut_text = layered(20, 30, 20, "tanh", "7x5");
  Socket whole("whole", whole_text), cut("cut", cut_text, {}, [&](Die&die) { die = whole.die; });
  std::mt19937_64 random(3);
  double worst = 0.0;
  for (Socket* s : {&whole, &cut}) s->errors("hidden");
  for (int n = 0; n < 500; ++n) {
    drive_at_random({&whole, &cut}, random);
    for (Socket* s : {&whole, &cut}) s->learn = true, s->eta = 3e-3, s->cycle();
    for (std::size_t i = 0; i < 20; ++i) worst = std::max(worst, std::abs(whole.value(i) - cut.value(i)));
    worst = std::max(worst, distance(whole.errors("hidden"), cut.errors("hidden")));
  }
  CHECK(distance(whole.read("w1"), whole.die.weights[0]) > 1e-2);
  for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"}) {
    worst = std::max(worst, distance(whole.read(group), cut.read(group)));
  }
  CHECK(worst < 1e-12);  // partial sums of 30 in another order, 500 cycles
}

TEST_CASE("array: cut tiles, ordered schedule and host port", "[array]") {
  const Socket::Settings settings{
      {"chip.integration", "euler"}, {"chip.schedule", "ordered"}, {"learning.update", "host"}};
  Socket whole("whole", layered(20, 30, 20, "tanh", "64x64"), settings);
  Socket cut("cut", layered(20, 30, 20, "tanh", "7x5"), settings, [&](Die& die) { die = whole.die; });
  std::mt19937_64 random(4);
  double worst = 0.0;
  for (int n = 0; n < 200; ++n) {
    drive_at_random({&whole, &cut}, random);
    for (Socket* s : {&whole, &cut}) s->learn = true, s->cycle();
    for (std::size_t i = 0; i < 20; ++i) worst = std::max(worst, std::abs(whole.value(i) - cut.value(i)));
  }
  for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"}) {
    const auto a = whole.take(group), b = cut.take(group);
    CHECK(*std::max_element(a.begin(), a.end()) > 1.0);
    worst = std::max(worst, distance(a, b));
    CHECK(same_bits(whole.take(group), std::vector<double>(a.size())));  // taking clears
    // What a host writes is what it reads, wherever the tiles are cut.
    std::vector<double> marks;
    for (std::size_t k = 0; k < a.size(); ++k) marks.push_back(static_cast<double>(k));
    cut.write(group, marks);
    CHECK(same_bits(cut.read(group), marks));
  }
  CHECK(worst < 1e-11);  // 200 products of up to 10 each
  for (std::size_t r = 0; r < 30; ++r) {
    CHECK(cut.chip->probe(true, 0, "weight", r * 20 + 13) == static_cast<double>(r * 20 + 13));
  }
}

TEST_CASE("array: three replicas with equal inputs are one die three times", "[array]") {
  const std::string text = layered(6, 9, 4, "softplus", "4x4");
  Socket one("one", text), three("three", text, {{"chip.replicas", "3"}}, [&](Die&die) { die = one.die; });
  std::mt19937_64 random(5);
  double worst = 0.0;
  for (int n = 0; n < 500; ++n) {
    for (std::size_t i = 0; i < 6; ++i) {
      const double x = uniform(random);
      one.x(i, x);
      for (std::size_t b = 0; b < 3; ++b) three.x(i, x, b);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const double t = uniform(random);
      one.target(i, t);
      for (std::size_t b = 0; b < 3; ++b) three.target(i, t, b);
    }
    for (Socket* s : {&one, &three}) s->learn = true, s->eta = 3e-3, s->window = n % 7 > 2, s->cycle();
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(three.value(i, 0) == three.value(i, 1));
      CHECK(three.value(i, 0) == three.value(i, 2));
      for (std::size_t b = 0; b < 3; ++b) {
        worst = std::max(
            {worst, std::abs(one.value(i) - three.value(i, b)), std::abs(one.sum(i) - three.sum(i, b))});
      }
    }
  }
  CHECK(distance(one.read("w1"), one.die.weights[0]) > 1e-2);
  for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"}) {
    worst = std::max(worst, distance(one.read(group), three.read(group)));
  }
  CHECK(worst < 1e-12);
  // Three dies spend three times the events of one, and as many operations.
  const auto& few = one.chip->activities();
  const auto& many = three.chip->activities();
  REQUIRE(few.size() == many.size());
  for (const auto& [key, activity] : few) {
    INFO(key.first << " " << key.second);
    CHECK(many.at(key)->operations == 3 * activity->operations);
    for (std::size_t e = 0; e < event_kinds; ++e) CHECK(many.at(key)->events[e] == 3 * activity->events[e]);
  }
}

TEST_CASE("array: products of replicas with different inputs average", "[array]") {
  const std::string text = layered(6, 9, 4, "tanh", "4x4");
  const Socket::Settings host{{"learning.update", "host"}};
  constexpr std::size_t dies = 20;  // more than the sixteen lanes of a sum
  Socket all_dies("all_dies", text, {{"learning.update", "host"}, {"chip.replicas", std::to_string(dies)}});
  std::vector<std::unique_ptr<Socket>> one;
  for (std::size_t b = 0; b < dies; ++b) {
    const std::string name = "one_" + std::to_string(b);
    one.push_back(std::make_unique<Socket>(name.c_str(), text, host, [&](Die& die) { die = all_dies.die; }));
  }
  std::mt19937_64 random(6);
  double worst = 0.0;
  for (int n = 0; n < 300; ++n) {
    for (std::size_t b = 0; b < dies; ++b) {
      for (std::size_t i = 0; i < 6; ++i) {
        const double x = uniform(random);
        all_dies.x(i, x, b), one[b]->x(i, x);
      }
      for (std::size_t i = 0; i < 4; ++i) {
        const double t = uniform(random);
        all_dies.target(i, t, b), one[b]->target(i, t);
      }
      one[b]->learn = true, one[b]->cycle();
    }
    all_dies.learn = true, all_dies.cycle();
    for (std::size_t b = 0; b < dies; ++b) {
      for (std::size_t i = 0; i < 4; ++i)
        worst = std::max(worst, std::abs(all_dies.value(i, b) - one[b]->value(i)));
    }
  }
  for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"}) {
    const auto all = all_dies.take(group);
    std::vector<double> mean(all.size());
    for (auto& s : one) {
      const auto part = s->take(group);
      for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += part[k] / static_cast<double>(dies);
    }
    CHECK(*std::max_element(all.begin(), all.end()) > 0.1);
    worst = std::max(worst, distance(all, mean));
  }
  CHECK(worst < 1e-11);  // 300 products of up to 10 each
}

namespace {

/// Counts the changes of a bus.
struct Watcher final : sc_core::sc_module {
  sc_core::sc_port<LaneIn<double>> SC_NAMED(bus_i);
  int changes = 0;
  SC_HAS_PROCESS(Watcher);
  explicit Watcher(const sc_core::sc_module_name& name) : sc_module(name) { SC_METHOD(count); }
  void count() {
    if (armed_) ++changes;
    armed_ = true;
    next_trigger(bus_i->changed());
  }

 private:
  bool armed_ = false;
};

/// Copies one bus to another at the rising edge.
struct Stage final : sc_core::sc_module {
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_port<LaneIn<double>> SC_NAMED(in_i);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(out_o);
  SC_HAS_PROCESS(Stage);
  explicit Stage(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
  void on_edge() {
    std::copy(in_i->read().begin(), in_i->read().end(), out_o->next().begin());
    out_o->commit();
  }
};

}  // namespace

TEST_CASE("lane bus: read() is the value before the edge, fresh() the committed one", "[array]") {
  LaneBus<double> bus("bus", 2, 1);
  Watcher watcher("watcher");
  watcher.bus_i(bus);
  const auto settle = [] { sc_core::sc_start(1, sc_core::SC_NS); };
  settle();
  REQUIRE(bus.read().size() == 2);
  bus.next()[0] = 1.0, bus.next()[1] = 2.0;
  CHECK(bus.read()[0] == 0.0);
  CHECK(bus.fresh()[0] == 0.0);  // nothing is promised before commit()
  bus.commit();
  CHECK(bus.read()[0] == 0.0);
  CHECK(bus.fresh()[0] == 1.0);
  settle();
  CHECK(bus.read()[0] == 1.0);
  CHECK(bus.read()[1] == 2.0);
  CHECK(bus.fresh()[1] == 2.0);
  CHECK(watcher.changes == 1);
  settle();
  CHECK(watcher.changes == 1);
  bus.next()[0] = 5.0, bus.next()[1] = 6.0;
  bus.commit();
  settle();
  CHECK(bus.read()[0] == 5.0);
  CHECK(watcher.changes == 2);
}

TEST_CASE("lane bus: a value takes one edge per stage, whichever stage runs first", "[array]") {
  sc_core::sc_signal<bool> clk("clk");
  LaneBus<double> a("a", 1, 3), b("b", 1, 3), c("c", 1, 3), d("d", 1, 3);
  REQUIRE(a.read().size() == 16);  // 3 replicas in 16 lanes
  Stage second("second"), third("third"), first("first");
  for (Stage* s : {&first, &second, &third}) s->clk_i(clk);
  first.in_i(a), first.out_o(b), second.in_i(b), second.out_o(c), third.in_i(c), third.out_o(d);
  a.next()[2] = 7.0;
  a.commit();
  sc_core::sc_start(1, sc_core::SC_NS);
  for (int n = 1; n <= 3; ++n) {
    clk.write(true), sc_core::sc_start(1, sc_core::SC_NS);
    clk.write(false), sc_core::sc_start(1, sc_core::SC_NS);
    CHECK(b.read()[2] == 7.0);
    CHECK(c.read()[2] == (n >= 2 ? 7.0 : 0.0));
    CHECK(d.read()[2] == (n >= 3 ? 7.0 : 0.0));
  }
}

TEST_CASE("array: reset clears every state at once and keeps the weights", "[array]") {
  const std::string text = layered(4, 5, 3, "softplus", "8x8");
  Socket used("used", text), fresh("fresh", text, {}, [&](Die&die) { die = used.die; });
  for (Socket* s : {&used, &fresh}) s->errors("hidden"), s->errors("out");
  std::mt19937_64 random(7);
  for (int n = 0; n < 50; ++n) {
    drive_at_random({&used}, random);
    used.learn = true, used.eta = 1e-2, used.cycle();
  }
  CHECK(used.probe("hidden", 0) != 0.0);
  const auto weights = used.read("w1");
  CHECK(distance(weights, fresh.read("w1")) > 1e-3);
  used.reset();
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(used.probe("hidden", i) == 0.0);
    CHECK(used.probe("hidden", i, "slope") == 0.0);
    CHECK(used.probe("hidden", i, "error") == 0.0);
  }
  CHECK(same_bits(used.read("w1"), weights));
  for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"}) fresh.write(group, used.read(group));
  for (int n = 0; n < 20; ++n) {  // from here on it is a new chip with those weights, to the bit
    drive_at_random({&used, &fresh}, random);
    for (Socket* s : {&used, &fresh}) s->learn = false, s->cycle();
    for (std::size_t i = 0; i < 3; ++i) CHECK(used.value(i) == fresh.value(i));
    CHECK(same_bits(used.errors("hidden"), fresh.errors("hidden")));
  }
}

TEST_CASE("array: readout values are one register behind the output, sums follow the window", "[array]") {
  Socket s("chip", layered(3, 4, 2, "tanh", "8x8"));
  std::mt19937_64 random(8);
  double sum = 0.0;
  for (int n = 0; n < 40; ++n) {
    drive_at_random({&s}, random);
    const double before = s.probe("out", 1);
    s.window = n % 8 >= 5;
    if (n % 8 == 5) sum = 0.0;
    if (s.window) sum += before;
    s.cycle();
    CHECK(s.value(1) == before);
    CHECK(s.sum(1) == sum);
  }
  CHECK(sum != 0.0);
}

TEST_CASE("array: one and two threads give the same bits", "[array]") {
  // Both crossbars are large enough to be worth a second thread (the array decides by its number of
  // crosspoints).
  const std::string text = layered(200, 300, 120, "tanh", "70x50");
  Socket alone("alone", text), shared("shared", text, {}, [&](Die&die) { die = alone.die; });
  Socket ordered_alone("ordered_alone", text, {{"chip.integration", "euler"}, {"chip.schedule", "ordered"}});
  Socket ordered_shared("ordered_shared", text, {{"chip.integration", "euler"}, {"chip.schedule", "ordered"}},
                        [&](Die& die) { die = ordered_alone.die; });
  omp_set_dynamic(0);
  std::mt19937_64 random(9);
  for (int n = 0; n < 40; ++n) {
    drive_at_random({&alone, &shared, &ordered_alone, &ordered_shared}, random);
    const auto run = [](int threads, Socket& s) {
      omp_set_num_threads(threads);
      REQUIRE(omp_get_max_threads() == threads);
      s.learn = true, s.eta = 3e-3, s.cycle();
    };
    run(1, alone), run(2, shared), run(1, ordered_alone), run(2, ordered_shared);
  }
  int team = 0;
#pragma omp parallel
#pragma omp single
  team = omp_get_num_threads();
  CHECK(team == 2);  // the second thread was really there
  for (const auto& [a, b] : {std::pair{&alone, &shared}, std::pair{&ordered_alone, &ordered_shared}}) {
    CHECK(distance(a->read("w1"), a->die.weights[0]) > 1e-2);
    for (const char* group : {"w1", "w1.bias", "w2", "w2.bias"})
      CHECK(same_bits(a->read(group), b->read(group)));
  }
}

// ---------------------------------------------------------------------------------------------- column
// kernels
namespace {

template <class T>
struct Column {
  std::size_t lanes = 37;  // no multiple of any vector width
  LeadLagLanes<T> filters{lanes};
  std::vector<LeadLag::Coefficients<T>> coefficients;
  explicit Column(std::mt19937_64& random) {
    for (std::size_t k = 0; k < lanes; ++k) {
      const Time lag{1.0 + 0.9 * uniform(random)}, lead{1.0 + 0.9 * uniform(random)};
      const std::array modes{Input::held, Input::ramp, Input::euler};
      const auto c = LeadLag::coefficients(lag, lead, {0.05}, modes[k % 3]);
      filters.set(k, 1, c);
      coefficients.push_back(
          {static_cast<T>(c.decay), static_cast<T>(c.before), static_cast<T>(c.now), static_cast<T>(c.rho)});
    }
  }
  std::vector<T> numbers(std::mt19937_64& random, double size) const {
    std::vector<T> values;
    for (std::size_t k = 0; k < lanes; ++k) values.push_back(static_cast<T>(size * uniform(random)));
    return values;
  }
};

template <class T>
void columns_follow_cores() {
  std::mt19937_64 random(10);
  for (const Activation activation : {Activation::linear, Activation::tanh, Activation::softplus,
                                      Activation::relu, Activation::hard_sigmoid}) {
    INFO("curve " << name_of(activation));
    Column<T> neurons(random), units(random), filters(random);
    std::vector<LeadLag::State<T>> neuron(37), unit(37), filter(37);
    const auto nudging = neurons.numbers(random, 1.0);
    std::vector<T> rate(37), slope(37), driven(37), membrane(37), lookahead(37), error(37), smooth(37);
    std::size_t off = 0;
    for (int n = 0; n < 50; ++n) {
      const auto drive = neurons.numbers(random, 4.0), fed = neurons.numbers(random, 1.0);
      const auto back = units.numbers(random, 1.0), epsilon = units.numbers(random, 1.0);
      const bool nudged = n % 2 == 0, taught = n % 3 == 0, wires = n % 5 == 0;
      neuron_column(
          activation, neurons.filters, drive.data(), nudging.data(), nudged ? fed.data() : nullptr,
          rate.data(), slope.data(),
          n % 4 == 0 ? NeuronTaps<T>{} : NeuronTaps<T>{driven.data(), membrane.data(), lookahead.data()});
      error_column(units.filters, wires, slope.data(), back.data(), taught ? epsilon.data() : nullptr,
                   error.data());
      low_pass_column(filters.filters, rate.data(), smooth.data());
      for (std::size_t k = 0; k < 37; ++k) {
        const auto& c = neurons.coefficients[k];
        const T s = nudged ? drive[k] + nudging[k] * fed[k] : drive[k];
        T r{}, d{};
        with_activation(activation,
                        [&]<Activation A>() { activate<A>(LeadLag::output(c, neuron[k], s), r, d); });
        off += r == rate[k] && d == slope[k] ? 0U : 1U;
        const bool shown = driven[k] == s && membrane[k] == LeadLag::lagged(c, neuron[k], s) &&
                           lookahead[k] == LeadLag::output(c, neuron[k], s);
        off += n % 4 == 0 || shown ? 0U : 1U;
        LeadLag::advance(c, neuron[k], s);
        off += neuron[k].carry == neurons.filters.carry[k] ? 0U : 1U;
        const T a = d * (back[k] + (taught ? epsilon[k] : T(0)));
        off += error[k] == (wires ? a : LeadLag::output(units.coefficients[k], unit[k], a)) ? 0U : 1U;
        LeadLag::advance(units.coefficients[k], unit[k], a);
        LeadLag::advance(filters.coefficients[k], filter[k], r);
        off += smooth[k] == filter[k].carry ? 0U : 1U;
      }
    }
    CHECK(off == 0);
    CHECK(error[36] != T(0));
  }
}

}  // namespace

TEST_CASE("column kernels: the bits of the scalar cores, double", "[array]") {
  columns_follow_cores<double>();
}
TEST_CASE("column kernels: the bits of the scalar cores, float", "[array]") { columns_follow_cores<float>(); }

TEST_CASE("crossbar kernel: a row of ones sums in the order of the summing node", "[array]") {
  std::mt19937_64 random(11);
  for (const std::size_t n : {1u, 15u, 16u, 17u, 100u}) {
    AlignedVector<double> weight(padded(n)), rate(padded(n)), drive(16);
    for (std::size_t k = 0; k < n; ++k)
      weight[k] = 1.0, rate[k] = uniform(random) * std::pow(10.0, 8.0 * uniform(random));
    const CrossbarTile<double> tile{weight.data(), nullptr, 1, n, padded(n), 1};
    sweep<double>(tile, {}, rate.data(), nullptr, 0.0, drive.data(), nullptr);
    CHECK(drive[0] == SummingNode::sum<double>(n, [&](std::size_t k) { return rate[k]; }));
  }
}
