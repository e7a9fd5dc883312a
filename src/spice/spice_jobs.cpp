// SPDX-License-Identifier: Apache-2.0
#include "spice/spice_jobs.hpp"

#include <unistd.h>

#include <array>
#include <boost/uuid/detail/sha1.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>

#include "spice/ngspice.hpp"
#include "spice/tool.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;

/// ngspice may print before RESULT in the same line.
SpiceRows rows_of(const std::string& text) {
  SpiceRows rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.rfind("RESULT ");
    if (at == std::string::npos) continue;
    std::istringstream words(line.substr(at + 7));
    std::string name;
    words >> name;
    std::vector<double> row;
    // A stream would end at "nan" as at the end of the line, and a number would be missing.
    for (std::string word; words >> word;) {
      char* end = nullptr;
      const double value = std::strtod(word.c_str(), &end);
      if (end != word.c_str() + word.size()) break;
      row.push_back(value);
    }
    rows[name].push_back(row);
  }
  return rows;
}

std::string kept_rows(const std::string& text) {
  std::string kept;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.rfind("RESULT ");
    if (at != std::string::npos) kept += line.substr(at) + "\n";
  }
  return kept;
}

class Worker {
 public:
  Worker(const SpiceJobOptions& options, std::string common)
      : options_(options), common_(std::move(common)) {}

  /// The first of the job's decks that ngspice finishes; throws what the last one met.
  SpiceRows run(const SpiceJob& job, std::size_t number) const {
    std::vector<std::string> decks{job.deck};
    decks.insert(decks.end(), job.again.begin(), job.again.end());
    for (std::size_t k = 0; k + 1 < decks.size(); ++k) {
      try {
        return run(job.name, decks[k], number);
      } catch (const SpiceMissing&) {
        throw;
      } catch (const SpiceError&) {  // the next one's turn
      }
    }
    return run(job.name, decks.back(), number);
  }

 private:
  SpiceRows run(const std::string& name, const std::string& deck, std::size_t number) const {
    const std::string key = content_key({deck, common_});
    const fs::path kept = fs::path(options_.cache) / (key + ".rows");
    if (fs::exists(kept)) return rows_of(file_contents(kept.string()));
    const fs::path folder =
        fs::path(options_.cache) / ("run-" + std::to_string(getpid()) + "-" + std::to_string(number));
    fs::create_directories(folder);
    const std::shared_ptr<const void> removed(nullptr, [folder](const void*) {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    });
    for (const std::string& file : options_.files)
      fs::copy_file(file, folder / fs::path(file).filename(), fs::copy_options::overwrite_existing);
    std::ofstream(folder / "deck.cir") << deck;
    try {
      run_ngspice(folder.string(), "deck.cir", options_.waiting);
    } catch (const SpiceMissing&) {
      throw;
    } catch (const SpiceError& e) {
      throw SpiceError(name + ": " + e.what());
    }
    const std::string log = file_contents((folder / "ngspice.log").string()), rows = kept_rows(log);
    // ngspice goes on with the next command after an analysis that failed.
    for (const char* sign : {"simulation(s) aborted", "Timestep too small", "singular matrix"}) {
      if (log.find(sign) != std::string::npos) throw SpiceError(name + ": ngspice: " + sign);
    }
    if (rows.empty()) throw SpiceError(name + ": ngspice printed no result");
    keep_file(kept.string(), rows);
    return rows_of(rows);
  }

  const SpiceJobOptions& options_;
  std::string common_;
};

}  // namespace

std::string content_key(const std::vector<std::string>& texts) {
  boost::uuids::detail::sha1 hash;
  for (const std::string& text : texts) {
    const std::string framed = std::to_string(text.size()) + ":" + text;
    hash.process_bytes(framed.data(), framed.size());
  }
  unsigned int digest[5];
  hash.get_digest(digest);
  std::string key;
  for (const unsigned int word : digest) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", word);
    key += digits.data();
  }
  return key;
}

std::string ngspice_version() {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen("ngspice --version 2>/dev/null", "r"), pclose);
  std::string text;
  std::array<char, 256> buffer{};
  while (pipe && std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe.get()) != nullptr)
    text += buffer.data();
  const std::size_t at = text.find("ngspice-");
  if (at == std::string::npos)
    throw SpiceMissing(
        "ngspice was not found: install it (Debian: apt-get install ngspice) and see that it "
        "is on the PATH");
  const std::size_t end = text.find_first_not_of("0123456789.", at + 8);
  return text.substr(at + 8, end - at - 8);
}

std::map<std::string, SpiceRows> run_jobs(const std::vector<SpiceJob>& jobs, const SpiceJobOptions& options) {
  std::vector<std::string> common{ngspice_version()};
  for (const std::string& file : options.files) common.push_back(file_contents(file));
  if (!options.models.empty()) common.push_back(file_contents(options.models));
  fs::create_directories(options.cache);
  const Worker worker(options, content_key(common));
  std::vector<SpiceRows> rows(jobs.size());
  std::size_t done = 0;
  std::mutex mutex;
  in_parallel(jobs.size(), options.at_once, [&](std::size_t k) {
    std::string why;
    try {
      rows[k] = worker.run(jobs[k], k);
    } catch (const SpiceMissing&) {
      throw;
    } catch (const SpiceError& e) {
      if (!options.failed) throw;
      why = e.what();
    }
    const std::lock_guard lock(mutex);
    if (!why.empty()) options.failed(jobs[k], why);
    if (options.progress) options.progress(++done, jobs.size());
  });
  std::map<std::string, SpiceRows> by_name;
  for (std::size_t k = 0; k < jobs.size(); ++k) {
    if (!rows[k].empty()) by_name[jobs[k].name] = std::move(rows[k]);
  }
  return by_name;
}

}  // namespace leadlag
