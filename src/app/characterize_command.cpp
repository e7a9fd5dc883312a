// SPDX-License-Identifier: Apache-2.0
// leadlag characterize: transistors in ngspice -> the numbers of a technology file.
#include "app/characterize_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/commands.hpp"
#include "app/progress.hpp"
#include "design/values.hpp"
#include "report/table.hpp"
#include "spice/characterize.hpp"
#include "spice/ngspice.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError("cannot read " + path.string());
  return text.str();
}

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '"', '\'');
  return "\"" + text + "\"";
}

/// Six digits are more than any of them is worth, and what was stated with fewer stays as it was.
template <class V>
std::string number_text(const V& value) {
  if constexpr (is_quantity<V>)
    return to_text(value, 6);
  else
    return format_quantity(value, {}, 6);
}

double& si_of(double& value) { return value; }
template <class Q>
double& si_of(Q& quantity) {
  return quantity.si;
}

std::string yaml_of(const Technology& t, const Characterization& c, const std::string& from) {
  std::string out = "# " + t.name + ": written by leadlag characterize from " + from +
                    ".\n# Numbers that it did not measure are that file's.\n";
  for (const std::string& note : c.notes) out += "#   " + note + "\n";
  out += "technology: " + t.name + "\n\nnumbers:\n";
  const auto number = [&](const auto& f) {
    const std::string name(f.name);
    const Citation& source = t.sources.at(name);
    if (source.assumed) return;  // stays assumed
    out += "  " + name + ":\n    value: " + number_text(t.*f.member) + "\n";
    if (const auto ends = t.ends.find(name); ends != t.ends.end()) {
      auto end = t.*f.member;
      const auto state = [&](const char* key, const std::optional<double>& si) {
        if (!si) return;
        si_of(end) = *si;
        out += std::string("    ") + key + ": " + number_text(end) + "\n";
      };
      state("min", ends->second.min), state("max", ends->second.max);
    }
    out += "    source: " + quoted(source.text) + "\n";
  };
  std::apply([&](const auto&... f) { (number(f), ...); }, Technology::fields());
  if (!t.corners.empty()) out += "\ncorners:\n";
  for (const auto& [corner, moved] : t.corners) {
    std::string list;
    for (const auto& [name, end] : moved)
      list += (list.empty() ? "" : ", ") + name + ": " + std::string(name_of(end));
    out += "  " + corner + ": {" + list + "}\n";
  }
  out += "\ntransistors:\n";
  for (const auto& [block, groups] : t.transistors) {
    out += "  " + block + ":\n";
    for (const auto& [group, sizes] : groups)
      out += "    " + group + ": {w: " + to_text(sizes.w, 6) + ", l: " + to_text(sizes.l, 6) +
             ", count: " + std::to_string(sizes.count) + ", source: " + quoted(sizes.source) + "}\n";
  }
  return out;
}

std::string in_unit(double value, const std::string& unit) {
  if (unit == "s") return to_text(Time{value}, 3);
  if (unit == "A") return to_text(Current{value}, 3);
  return format_quantity(value, {}, 3);
}

Table check_table(const Characterization& c) {
  Table table({"verdict", "relation", "bias", "relation says", "transistors", "error", "allowed"});
  for (const RelationCheck& k : c.checks) {
    table.row({k.met() ? "MET" : "VIOLATED", k.what, k.where, k.share ? "" : in_unit(k.relation, k.unit),
               k.share ? "" : in_unit(k.measured, k.unit), percent(k.error()), percent(k.limit)});
  }
  return table;
}

/// Beside its place, read back, then renamed.
void publish(const std::string& text, const std::string& target) {
  const fs::path partial = target + ".partial" + std::to_string(getpid());
  std::ofstream file(partial, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw UsageError("cannot write " + target);
  try {
    read_technology(partial.string());
    fs::rename(partial, target);
  } catch (...) {
    fs::remove(partial);
    throw;
  }
}

std::vector<std::string> blocks_of(const std::string& block) {
  const std::vector<std::string> known(characterized_blocks.begin(), characterized_blocks.end());
  if (block == "all") return known;
  if (std::find(known.begin(), known.end(), block) != known.end()) return {block};
  auto words = known;
  words.emplace_back("all");
  throw UsageError("no transistor-level circuit of '" + block + "'" + suggestion(block, words));
}

void check_options(const CharacterizeOptions& o) {
  std::string wrong;
  const auto need = [&](bool fine, const std::string& what) {
    if (!fine) wrong += (wrong.empty() ? "" : "; ") + what;
  };
  need(o.points >= 2 && o.points <= 50, "--points needs a whole number from 2 to 50");
  need(o.draws == 0 || (o.draws >= 2 && o.draws <= 10000),
       "--draws needs 0, or a whole number from 2 to 10000");
  need(o.jobs >= 1 && o.jobs <= 256, "--jobs needs a whole number from 1 to 256");
  need(o.seed >= 0, "--seed needs a whole number, 0 or more");
  need(!o.out.empty(), "leadlag characterize needs --out FILE");
  need(o.out.empty() || !fs::is_directory(o.out), "--out " + o.out + " is a folder; it needs a file");
  need(o.models.empty() || fs::is_regular_file(o.models), "--models " + o.models + ": there is no such file");
  if (!wrong.empty()) throw UsageError(wrong);
}

}  // namespace

std::string technology_path(const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(".yaml")) return name;
  const fs::path shipped = fs::path(technology_folder()) / (name + ".yaml");
  if (fs::exists(shipped)) return shipped.string();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(technology_folder()))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  throw UsageError("no technology is called '" + name + "'" + suggestion(name, names));
}

std::string cache_folder(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (const char* base = std::getenv("XDG_CACHE_HOME"); base != nullptr && *base != '\0')
    return std::string(base) + "/leadlag";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::string(home) + "/.cache/leadlag";
  throw UsageError("no folder to keep finished runs in: set XDG_CACHE_HOME or give --cache DIR");
}

int characterize_command(const CharacterizeOptions& options) {
  check_options(options);
  CharacterizeRequest request;
  request.blocks = blocks_of(options.block);
  const std::string from = technology_path(options.technology);
  request.technology = read_technology(from);
  request.points = options.points, request.draws = options.draws;
  request.seed = static_cast<std::uint64_t>(options.seed);
  const fs::path library = spice_folder();
  request.library = file_text(library / "transistor.lib");
  if (!options.models.empty()) request.models = fs::absolute(options.models).string();
  const fs::path card = options.models.empty() ? library / "card018.lib" : fs::path(options.models);
  request.card = card.filename().string() + " (sha1 " + content_key({file_text(card)}).substr(0, 12) + ")";

  Progress progress(!options.quiet);
  catch_interruption();
  SpiceJobOptions jobs;
  for (const char* file : {"options.lib", "behavioural.lib", "transistor.lib", "card018.lib"})
    jobs.files.push_back((library / file).string());
  jobs.models = request.models, jobs.cache = cache_folder(options.cache), jobs.at_once = options.jobs;
  jobs.waiting = throw_if_interrupted;
  jobs.progress = [&](std::size_t done, std::size_t all) {
    progress.show("ngspice", static_cast<std::int64_t>(done), static_cast<std::int64_t>(all), "decks");
  };
  try {
    Characterization c = characterization_of(request, run_jobs(characterization_jobs(request), jobs));
    progress.finish();
    c.technology.name = request.technology.name + "_characterised";
    publish(yaml_of(c.technology, c, fs::path(from).filename().string()), options.out);
    Table numbers({"number", "value", "was"});
    const auto row = [&](const auto& f) {
      for (const CharacterizedNumber& n : c.numbers)
        if (n.name == f.name)
          numbers.row(
              {n.name, number_text(c.technology.*f.member), number_text(request.technology.*f.member)});
    };
    std::apply([&](const auto&... f) { (row(f), ...); }, Technology::fields());
    std::cout << numbers.text() << "\nAt biases that the numbers do not come from:\n\n"
              << check_table(c).text() << "\n"
              << options.out << " written; use it: chip.technology: ./" << options.out << "\n";
    return std::all_of(c.checks.begin(), c.checks.end(), [](const RelationCheck& k) { return k.met(); })
               ? exit_met
               : exit_violated;
  } catch (const SpiceMissing&) {
    throw;
  } catch (const SpiceError& e) {
    progress.finish();
    std::cerr << "leadlag: NOT MEASURED: " << e.what() << "\n";
    return exit_violated;
  }
}

}  // namespace leadlag
