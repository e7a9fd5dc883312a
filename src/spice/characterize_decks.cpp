// SPDX-License-Identifier: Apache-2.0
// What is measured, as decks for ngspice: one operating point each, so that a run can be interrupted
// anywhere.
#include <algorithm>
#include <cmath>

#include "spice/characterize.hpp"
#include "spice/mismatch.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

std::string n(double value) { return shortest(value); }

class Decks {
 public:
  explicit Decks(const CharacterizeRequest& request) : r_(request) {}

  std::vector<SpiceJob> all() {
    const double celsius_now = room(r_);
    const bool stages = asks_for(r_, "prospective_neuron") || asks_for(r_, "error_unit");
    std::vector<double> biases = measured_biases(r_);
    const auto held = held_out_biases(r_);
    if (stages) {
      for (const double celsius : r_.corners) {
        for (const double i : biases) membrane(i, celsius, 1.0);
      }
      for (const double i : biases) membrane(i, celsius_now, 0.9), membrane(i, celsius_now, 1.1);
    }
    biases.insert(biases.end(), held.begin(), held.end());
    std::sort(biases.begin(), biases.end());
    for (const double i : biases) {
      if (asks_for_kappa(r_)) membrane(i, celsius_now, 1.0);
      if (stages) {
        for (const double rho : measured_rho) lead(i, rho, celsius_now);
      }
      if (asks_for(r_, "activation")) curve(i, celsius_now);
      if (asks_for(r_, "synapse") || asks_for(r_, "plasticity_cell")) multiplier(i, celsius_now);
      if (asks_for(r_, "pi_controller")) pi(i, celsius_now);
    }
    for (int first = 0; first < r_.draws; first += copies_per_deck) {
      const int last = std::min(r_.draws, first + copies_per_deck);
      if (stages) drawn("membrane", first, last, celsius_now);
      if (asks_for(r_, "activation")) drawn("curve", first, last, celsius_now);
      if (asks_for(r_, "plasticity_cell")) drawn("multiplier", first, last, celsius_now);
    }
    return std::move(jobs_);
  }

 private:
  void begin(const std::string& name, double celsius, double supply) {
    name_ = name;
    text_ = "* leadlag characterize: " + name +
            "\n.include options.lib\n.options method=gear reltol=1e-4 chgtol=1e-19\n" +
            ".param vfs=25m ifs=10n vw=1 wv=20m avt=" + n(r_.technology.a_vt.si) +
            " g2ut=" + n(r_.technology.kappa / (2.0 * r_.technology.thermal_voltage().si)) +
            "\n.include behavioural.lib\n.include transistor.lib\n" +
            (r_.models.empty() ? std::string(".include card018.lib\n") : ".include \"" + r_.models + "\"\n") +
            ".temp " + n(celsius) + "\nVdd vdd 0 " + n(supply * r_.technology.v_dd.si) + "\n";
  }
  void add(const std::string& text) { text_ += text; }
  void end() {
    add("quit 0\n.endc\n.end\n");
    jobs_.push_back({name_, text_});
  }
  /// Echoes vectors of the present plot, point by point.
  static std::string listed(const std::string& row, const std::vector<std::string>& vectors) {
    std::string loop = "let k = 0\nwhile k < length(" + vectors.front() + ")\n", values;
    for (std::size_t j = 0; j < vectors.size(); ++j) {
      const std::string name = "row" + std::to_string(j);
      loop += "let " + name + " = " + vectors[j] + "[k]\n", values += " $&" + name;
    }
    return loop + "echo RESULT " + row + values + "\nlet k = k + 1\nend\n";
  }

  /// tau at -45 degrees, supply of OTA and bias, offset, noise, and the current against the input voltage.
  void membrane(double i, double celsius, double supply) {
    begin(job_name("membrane", i, celsius, supply), celsius, supply);
    const bool nominal = supply == 1.0 && celsius == room(r_);
    add("Vin in 0 dc 0 ac 1\nVcm cm 0 1.0\nEin st cm in 0 1\nXb vb bias i=" + n(i) +
        "\nXm st xt xt vb ota\nCm xt 0 1p\n");
    if (nominal) add("Xb2 vb2 bias i=" + n(i) + "\nXm2 st cm ot vb2 ota\nVo ot 0 1.0\n");
    add(".control\nop\nlet s = -i(Vdd)\nlet off = v(xt)-1\necho RESULT supply $&s\necho RESULT offset $&off\n"
        "ac dec 100 " +
        n(20.0 * i / 1e-9) + " " + n(2e5 * i / 1e-9) +
        "\nlet phase = 180/pi*ph(v(xt)/v(in))\nmeas ac f when phase=-45\nlet tau = 1/(2*pi*f)\n"
        "echo RESULT tau $&tau\n");
    if (nominal) {
      add("noise v(xt) Vin dec 50 " + n(0.1 * i / 1e-9) + " " + n(1e8 * i / 1e-9) +
          "\nlet rms = onoise_total\necho RESULT noise $&rms\ndc Vin -60m 60m 1m\nlet io = i(Vo)\n"
          "let vi = v(in)\n" +
          listed("iv", {"vi", "io"}));
    }
    end();
  }

  /// The adder alone, its membrane held: pole, gain, supply, and a step of 2 mV.
  void lead(double i, double rho, double celsius) {
    begin(job_name("lead" + n(rho), i, celsius), celsius, 1.0);
    const double unit = 500e-15 * 2.0 * r_.technology.thermal_voltage().si / (0.7 * i), start = unit;
    add("Vin in 0 dc 0 ac 1 pulse(0 2m " + n(start) + " " + n(0.01 * unit) +
        " 1n 1 2)\nVcm cm 0 1.0\n"
        "Ein st cm in 0 1\nXa va bias i=" +
        n(i) + "\nX2 st cm yt va ota m=" + n(rho) +
        "\nX3 cm yt yt va ota\nC2 yt 0 500f\n.control\nop\nlet s = -i(Vdd)\necho RESULT supply $&s\nac dec "
        "100 " +
        n(0.01 / unit) + " " + n(3.0 / unit) +
        "\nlet phase = 180/pi*ph(v(yt)/v(in))\nmeas ac f when phase=-45\nlet tau = 1/(2*pi*f)\n"
        "let gain = mag(v(yt)[0])\necho RESULT tau $&tau\necho RESULT gain $&gain\ntran " +
        n(0.04 * unit) + " " + n(13.0 * unit) + " 0 " + n(0.04 * unit) +
        "\nlinearize v(yt)\nlet y = v(yt)-1\nlet t = time-" + n(start) + "\n" + listed("step", {"t", "y"}));
    end();
  }

  void curve(double i, double celsius) {
    begin(job_name("curve", i, celsius), celsius, 1.0);
    add("Vin in 0 0\nVcm cm 0 1.0\nEin st cm in 0 1\nXb vb bias i=" + n(i) +
        "\nX1 st cm it is vb tanh_cell\nV2 it 0 0.9\nV3 is 0 0.3\n.control\nop\nlet s = -i(Vdd)\n"
        "echo RESULT supply $&s\ndc Vin -100m 100m 4m\nlet a = i(V2)\nlet b = i(V3)\nlet vi = v(in)\n" +
        listed("curve", {"vi", "a", "b"}));
    end();
  }

  /// Current over both inputs, supply, and the step of the current when e steps by 2 mV at r = 20 mV.
  void multiplier(double i, double celsius) {
    begin(job_name("multiplier", i, celsius), celsius, 1.0);
    const double unit = 80e-15 * 2.0 * r_.technology.thermal_voltage().si / (0.7 * i), start = unit;
    add("Ve e 0 dc 0 pulse(0 2m " + n(start) + " " + n(0.01 * unit) +
        " 1n 1 2)\nVr r 0 0\nVcm cm 0 1.0\n"
        "Vcl cl 0 0.6\nE1 et cl e 0 1\nE2 rt cm r 0 1\nXb vb bias i=" +
        n(i) +
        "\nX1 et cl rt cm out vb multiplier\nV3 out 0 0.8\n.control\nop\nlet s = -i(Vdd)\n"
        "echo RESULT supply $&s\ndc Ve -40m 40m 8m Vr -40m 40m 8m\nlet a = v(e)\nlet b = v(r)\nlet c = "
        "i(V3)\n" +
        listed("grid", {"a", "b", "c"}) + "alter Vr dc = 20m\ntran " + n(0.04 * unit) + " " + n(25.0 * unit) +
        " 0 " + n(0.04 * unit) + "\nlet y0 = i(V3)\nlinearize y0\nlet t = time-" + n(start) + "\n" +
        listed("step", {"t", "y0"}));
    end();
  }

  /// Integrator at the bias, adder at 100 nA, k_p 2: open-loop gain about a servo of 1e15 s, error at rest
  /// around a membrane of the same bias, and that loop's step of 10 mV.
  void pi(double i, double celsius) {
    begin(job_name("pi", i, celsius), celsius, 1.0);
    const double unit = 1e-12 * 2.0 * r_.technology.thermal_voltage().si / (0.7 * i);
    const std::string biases = " i_integrator=" + n(i) + " i_adder=" + n(10.0 * i) + "\n";
    add("Vr r 0 dc 0 ac 1\nEp y 0 fp 0 1\nRp ip fp 1k\nCp fp 0 1e12\nXp r y u ip pi_controller_t" + biases +
        "Vs rs 0 dc 0 pulse(0 10m " + n(unit) + " " + n(0.01 * unit) +
        " 1n 1 2)\nXc rs yc uc ic pi_controller_t" + biases +
        "E1 ut cm uc 0 1\nVcm cm 0 0.9\nXb vb bias i=" + n(i) +
        "\nXm ut xt xt vb ota\nCm xt 0 1p\nE2 yc 0 xt cm 1\n.control\nop\n"
        "let s = -i(Vdd)\necho RESULT supply $&s\nac dec 20 " +
        n(1e-9 / unit) + " " + n(10.0 / unit) +
        "\nlet gain = mag(v(ip)[0])\necho RESULT gain $&gain\nlet band = mag(v(u))\nmeas ac kp find band "
        "at=" +
        n(1.0 / unit) +
        "\necho RESULT k_p $&kp\nforeach level -50m 50m\nalter Vs dc = $level\nop\n"
        "let e = v(rs)-v(yc)\nlet c = v(uc)\necho RESULT rest $&c $&e\nend\nalter Vs dc = 0\ntran " +
        n(0.25 * unit) + " " + n(150.0 * unit) + " 0 " + n(0.25 * unit) +
        "\nlinearize v(yc)\nlet y = v(yc)\nlet t = time-" + n(unit) + "\n" + listed("step", {"t", "y"}));
    end();
  }

  /// Copies with their own mismatch at their operating point.
  void drawn(const std::string& what, int first, int last, double celsius) {
    begin(job_name("drawn_" + what + std::to_string(first), mismatch_bias, celsius), celsius, 1.0);
    const Mismatch mismatch(r_.library, r_.seed);
    const std::string part = what == "membrane" ? "ota" : what == "curve" ? "tanh_cell" : "multiplier";
    add("Vcm cm 0 1.0\nVcl cl 0 0.6\nVe e 0 0\nVr r 0 0\nE1 et cl e 0 1\nE2 rt cm r 0 1\n");
    std::string rows;
    for (int k = first; k < last; ++k) {
      const std::string id = std::to_string(k), own = Mismatch::name_of_copy(part, what + id);
      add(mismatch.copy(part, what + id) + mismatch.copy("bias", what + id));
      add("Xb" + id + " vb" + id + " " + Mismatch::name_of_copy("bias", what + id) +
          " i=" + n(mismatch_bias) + "\n");
      if (what == "membrane")
        add("Xm" + id + " cm x" + id + " x" + id + " vb" + id + " " + own + "\n");
      else if (what == "curve")
        add("Xm" + id + " rt cm i" + id + " s" + id + " vb" + id + " " + own + "\nV" + id + " i" + id +
            " 0 0.9\nVs" + id + " s" + id + " 0 0.3\n");
      else
        add("Xm" + id + " et cl rt cm o" + id + " vb" + id + " " + own + "\nV" + id + " o" + id + " 0 0.8\n");
      rows += what == "membrane" ? "let a = v(x" + id + ")-1\necho RESULT drawn " + id + " $&a\n"
                                 : "let a = i(V" + id + ")\necho RESULT drawn " + id + " $&a\n";
    }
    add(".control\n");
    if (what == "membrane") add("op\n" + rows);
    if (what == "curve") {
      for (const char* v : {"-150m", "150m"}) add(std::string("alter Vr dc = ") + v + "\nop\n" + rows);
    }
    if (what == "multiplier") {
      add("op\n" + rows);
      for (const auto& [e, r] : {std::pair{"10m", "10m"}, {"-10m", "10m"}, {"10m", "-10m"}, {"-10m", "-10m"}})
        add(std::string("alter Ve dc = ") + e + "\nalter Vr dc = " + r + "\nop\n" + rows);
    }
    end();
  }

  const CharacterizeRequest& r_;
  std::string name_, text_;
  std::vector<SpiceJob> jobs_;
};

std::vector<double> geometric(double low, double high, int points) {
  std::vector<double> values;
  for (int k = 0; k < points; ++k)
    values.push_back(low * std::pow(high / low, static_cast<double>(k) / (points - 1)));
  return values;
}

}  // namespace

// At least two bias points, the request's reader sees to it. Held-out points lie between them.
std::vector<double> measured_biases(const CharacterizeRequest& request) {
  return geometric(1e-9, 300e-9, request.points);
}
std::vector<double> held_out_biases(const CharacterizeRequest& request) {
  const auto at = measured_biases(request);
  std::vector<double> between;
  for (std::size_t k = 1; k < at.size(); ++k) between.push_back(std::sqrt(at[k - 1] * at[k]));
  return between;
}

std::string job_name(const std::string& what, double bias, double celsius, double supply) {
  return what + " at " + shortest(bias) + " A, " + shortest(celsius) + " C, " + shortest(supply) + " v_dd";
}

double room(const CharacterizeRequest& request) {
  return std::round((request.technology.temperature.si - 273.15) * 1e6) / 1e6;
}

bool asks_for(const CharacterizeRequest& request, std::string_view block) {
  return std::find(request.blocks.begin(), request.blocks.end(), block) != request.blocks.end();
}

bool asks_for_kappa(const CharacterizeRequest& request) {
  return std::any_of(request.blocks.begin(), request.blocks.end(),
                     [](const std::string& block) { return block != "pi_controller"; });
}

std::vector<SpiceJob> characterization_jobs(const CharacterizeRequest& request) {
  return Decks(request).all();
}

}  // namespace leadlag
