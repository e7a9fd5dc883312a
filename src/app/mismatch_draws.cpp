// SPDX-License-Identifier: Apache-2.0
// Dies with threshold mismatch of their own, as transistor decks in ngspice: which share of them learns.
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <iostream>
#include <thread>

#include "app/characterize_command.hpp"
#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "app/testbench.hpp"
#include "design/diagnostic.hpp"
#include "report/table.hpp"
#include "spice/deck_text.hpp"
#include "spice/ngspice.hpp"
#include "spice/spice_jobs.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double window = 0.1;  ///< share of the run at whose beginning and end the error is taken
constexpr double confidence = 0.95;

/// The same deck, which prints the output error's mean and RMS in both windows instead of writing waveforms.
std::string judged(const Design& design, const Deck& deck) {
  std::string save, print;
  const double end = deck.duration.si;
  for (std::size_t i = 0; i < design.outputs(); ++i) {
    const std::string error = node_name(design.arrays[design.learning.output].name, i, "eps");
    save += ".save v(" + error + ")\n";
    for (const auto& [name, from, to] :
         {std::tuple{"first", 0.0, window * end}, {"last", (1.0 - window) * end, end}}) {
      const std::string range =
          " v(" + error + ") from=" + spice_number(from) + " to=" + spice_number(to) + "\n";
      print += "meas tran m AVG" + range + "meas tran s RMS" + range + "echo RESULT " + name + " $&m $&s\n";
    }
  }
  for (const DeckNode& node : deck.nodes) {
    if (node.signal == "weight")
      print += "meas tran w FIND v(" + node.node + ") at=" + spice_number(end) + "\necho RESULT weight $&w\n";
  }
  std::string text = deck.text;
  const std::string write = "set filetype=binary\nwrite deck.raw\n";
  text.replace(text.find(write), write.size(), print);
  return text.insert(text.find(".save"), save);
}

/// Of all outputs: what varies, without constant offsets, which no bias weight removes.
double moving(const SpiceRows& rows, const std::string& name, std::size_t outputs) {
  const auto found = rows.find(name);
  if (found == rows.end() || found->second.size() != outputs) throw SpiceError("ngspice printed no error");
  double squares = 0.0;
  for (const auto& row : found->second) squares += row.at(1) * row.at(1) - row.at(0) * row.at(0);
  return std::sqrt(std::max(0.0, squares / static_cast<double>(outputs)));
}

}  // namespace

int mismatch_draws(const TestbenchCommand& command, const TestbenchOptions& options) {
  const Design design = design_for_spice(read_design(command.blueprint, command.read));
  if (design.learning.params.system == System::none || design.learning.params.update != UpdateBy::die)
    throw UsageError("--mismatch-draws asks whether a chip learns, but this one has no update: die");
  const Die die = fabricate(design);
  const Stimulus stimulus = task_stimulus(design, options.spice.cycles);
  std::vector<SpiceJob> jobs;
  std::vector<std::string> files;
  for (int k = 0; k < *options.spice.draws; ++k) {
    DeckOptions o{.level = options.spice.level,
                  .models = options.spice.models,
                  .step = options.spice.step,
                  .mismatch = options.spice.mismatch};
    o.mismatch->seed += static_cast<std::uint64_t>(k);
    const Deck deck = make_deck(design, die, stimulus, o);
    files = deck.files;
    jobs.push_back({"seed " + std::to_string(o.mismatch->seed), judged(design, deck)});
  }
  const OutputFolder out(command.out, "draws.csv");
  Progress progress(!command.quiet);
  catch_interruption();
  SpiceJobOptions how;
  for (const std::string& file : files) how.files.push_back(spice_folder() + "/" + file);
  how.models = options.spice.models, how.cache = cache_folder("");
  how.at_once = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  how.waiting = throw_if_interrupted;
  how.progress = [&](std::size_t done, std::size_t all) {
    progress.show("ngspice", static_cast<std::int64_t>(done), static_cast<std::int64_t>(all), "dies");
  };
  std::map<std::string, SpiceRows> rows;
  try {
    rows = run_jobs(jobs, how);
  } catch (const SpiceMissing&) {
    throw;
  } catch (const SpiceError& e) {
    progress.finish();
    std::cerr << "leadlag: NOT MEASURED: " << e.what() << "\n";
    return exit_violated;
  }
  progress.finish();
  Table table({"die", "error at first", "error at last", "learns", "weights at last"});
  int learned = 0;
  for (const SpiceJob& job : jobs) {
    const SpiceRows& r = rows.at(job.name);
    const double scale = design.full_scale.voltage.si * design.blocks.target_unit.beta;
    const double first = moving(r, "first", design.outputs()) / scale,
                 last = moving(r, "last", design.outputs()) / scale;
    const bool learns = last < 0.5 * first;
    learned += learns ? 1 : 0;
    std::string weights;
    if (const auto found = r.find("weight"); found != r.end())
      for (const auto& row : found->second)
        weights += (weights.empty() ? "" : " ") + format_quantity(row.at(0), {}, 3);
    table.row({job.name, format_quantity(first, {}, 3), format_quantity(last, {}, 3), learns ? "yes" : "no",
               weights});
  }
  std::string csv;
  for (const auto& row : table.rows()) csv += csv_line(row) + "\n";
  out.write("draws.csv", csv);
  out.publish();
  using Binomial = boost::math::binomial_distribution<double>;
  const double n = *options.spice.draws, k = learned, tail = 0.5 * (1.0 - confidence);
  std::cout << table.text() << "\n"
            << learned << " of " << *options.spice.draws
            << " dies learn (error without its mean falls to less than "
            << "half): " << percent(k / n) << ", 95 % interval "
            << percent(Binomial::find_lower_bound_on_p(n, k, tail)) << " to "
            << percent(Binomial::find_upper_bound_on_p(n, k, tail)) << " (Clopper and Pearson)\n"
            << command.out << "/draws.csv written\n";
  return exit_met;
}

}  // namespace leadlag
