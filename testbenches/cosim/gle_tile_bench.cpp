// SPDX-License-Identifier: Apache-2.0
#include "cosim/gle_tile_model.hpp"
#include "cosim/twin.hpp"
#include "cosim/words.hpp"

namespace leadlag::cosim {
namespace {

/// A tile and its model. Rates, targets and weights are drawn in every cycle, so tokens come with and without
/// gaps; the tile stalls while en_i is low, and weights are loaded while it works.
class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters), model_(config(parameter)) {
    clocked(top_);
    const fixed::WordLengths& w = words_;
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("hidden_take_i", w.decay_bits, no_sign, top_.hidden_take_i, c_.hidden.take, Drive::coefficient);
    in("hidden_rho_i", w.gain.bits, no_sign, top_.hidden_rho_i, c_.hidden.rho, Drive::own);
    in("hidden_error_take_i", w.decay_bits, no_sign, top_.hidden_error_take_i, c_.hidden_error.take,
       Drive::coefficient);
    in("hidden_error_rho_i", w.gain.bits, no_sign, top_.hidden_error_rho_i, c_.hidden_error.rho, Drive::own);
    in("output_take_i", w.decay_bits, no_sign, top_.output_take_i, c_.output.take, Drive::coefficient);
    in("output_rho_i", w.gain.bits, no_sign, top_.output_rho_i, c_.output.rho, Drive::own);
    in("output_error_take_i", w.decay_bits, no_sign, top_.output_error_take_i, c_.output_error.take,
       Drive::coefficient);
    in("output_error_rho_i", w.gain.bits, no_sign, top_.output_error_rho_i, c_.output_error.rho, Drive::own);
    in("nudge_i", w.gain.bits, no_sign, top_.nudge_i, c_.nudge, Drive::own);
    in("in_valid_i", 1, no_sign, top_.in_valid_i, offered_, Drive::line);
    out("in_ready_o", 1, no_sign, top_.in_ready_o, want_ready_);
    for (std::size_t k = 0; k < token_.rates.size(); ++k)
      in_element("in_data_i", k, w.signal.bits, with_sign, top_.in_data_i, token_.rates[k], Drive::signal);
    for (std::size_t j = 0; j < token_.targets.size(); ++j)
      in_element("in_data_i", token_.rates.size() + j, w.signal.bits, with_sign, top_.in_data_i,
                 token_.targets[j], Drive::signal);
    const std::size_t top =
        (token_.rates.size() + token_.targets.size()) * static_cast<std::size_t>(w.signal.bits);
    Port learn = at(top_.in_data_i, top, 1);
    learn.name = "in_data_i.learn";
    learn.is_input = true;
    learn.drive = Drive::line;
    learn.value = &learn_;
    ports_.push_back(learn);
    in("load_i", 1, no_sign, top_.load_i, load_, Drive::own);
    in("addr_i", parameter.width("AddrW"), no_sign, top_.addr_i, addr_, Drive::own);
    in("load_data_i", w.weight.bits, with_sign, top_.load_data_i, load_data_, Drive::signal);
    out("weight_o", w.weight.bits, with_sign, top_.weight_o, want_weight_);
    out("tick_o", 1, no_sign, top_.tick_o, want_tick_);
    for (std::size_t i = 0; i < want_hidden_rate_.size(); ++i) {
      out_element("hidden_rate_o", i, w.signal.bits, with_sign, top_.hidden_rate_o, want_hidden_rate_[i]);
      out_element("hidden_error_o", i, w.signal.bits, with_sign, top_.hidden_error_o, want_hidden_error_[i]);
    }
    for (std::size_t j = 0; j < want_rate_.size(); ++j) {
      out_element("rate_o", j, w.signal.bits, with_sign, top_.rate_o, want_rate_[j]);
      out_element("error_o", j, w.signal.bits, with_sign, top_.error_o, want_error_[j]);
    }
  }
  void reset() override { model_.reset(); }
  void expect() override {
    want_ready_ = model_.ready() ? 1 : 0;
    want_tick_ = model_.steps(en_ != 0) ? 1 : 0;
    want_weight_ = model_.weight(static_cast<std::size_t>(addr_));
    for (std::size_t i = 0; i < want_hidden_rate_.size(); ++i) {
      want_hidden_rate_[i] = model_.hidden_rate(i);
      want_hidden_error_[i] = model_.hidden_error(c_, i);
    }
    for (std::size_t j = 0; j < want_rate_.size(); ++j) {
      want_rate_[j] = model_.rate(j);
      want_error_[j] = model_.error(c_, j);
    }
  }
  void advance() override {
    token_.learn = learn_ != 0;
    model_.advance(c_, en_ != 0, offered_ != 0, token_,
                   {load_ != 0, static_cast<std::size_t>(addr_), load_data_});
  }
  /// Half of the gains are those of chips (below 2), so that signals do not all stand at their ends.
  void stimulate(Stimuli& draw) override {
    for (std::int64_t* gain :
         {&c_.hidden.rho, &c_.hidden_error.rho, &c_.output.rho, &c_.output_error.rho, &c_.nudge}) {
      if (!draw.rare(64)) continue;
      *gain = draw.rare(2)
                  ? draw.word(words_.gain.bits, no_sign)
                  : static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(2 * words_.gain.one())));
    }
    if (draw.rare(32)) filling_ = !filling_;
    load_ = draw.rare(filling_ ? 2 : 100) ? 1 : 0;
    addr_ = static_cast<std::int64_t>(draw.below(std::uint64_t{1} << parameter.width("AddrW")));
  }

 private:
  static GleTileModel::Config config(const Parameters& p) {
    return {.words = words_of(p),
            .inputs = p.count("Inputs"),
            .hidden = p.count("Hidden"),
            .outputs = p.count("Outputs"),
            .parallel = p("Parallel") != 0,
            .hidden_curve = static_cast<fixed::Curve>(p("HiddenCurve")),
            .output_curve = static_cast<fixed::Curve>(p("OutputCurve")),
            .rate_shift = p.width("RateShift"),
            .seed = static_cast<std::uint32_t>(p("Seed"))};
  }
  using Vector = std::vector<std::int64_t>;
  Vector zeros(const char* count) const { return Vector(parameter.count(count), 0); }

  const fixed::WordLengths words_ = words_of(parameter);
  GleTileModel model_;
  GleTileModel::Coefficients c_;
  GleTileModel::Token token_{zeros("Inputs"), zeros("Outputs"), false};
  bool filling_ = false;
  std::int64_t en_ = 0, offered_ = 0, learn_ = 0, load_ = 0, addr_ = 0, load_data_ = 0;
  std::int64_t want_ready_ = 0, want_weight_ = 0, want_tick_ = 0;
  Vector want_hidden_rate_ = zeros("Hidden"), want_hidden_error_ = want_hidden_rate_,
         want_rate_ = zeros("Outputs"), want_error_ = want_rate_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
