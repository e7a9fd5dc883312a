// SPDX-License-Identifier: Apache-2.0
#include "instruments/npy.hpp"

#include <catch2/catch.hpp>

#include "instruments/csv.hpp"
#include "instruments/test_files.hpp"

using namespace leadlag;
using namespace leadlag::test;
using Catch::Matchers::Contains;

namespace {

/// An NPY file put together by hand; `pad` spaces end the header as NumPy's do.
std::string npy_bytes(const std::string& header, const std::string& values, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version), bytes += '\0';
  const std::size_t length = header.size() + 1;
  for (int k = 0; k < (version == 1 ? 2 : 4); ++k) bytes += static_cast<char>(length >> (8 * k) & 0xff);
  return bytes + header + "\n" + values;
}
template <class V>
std::string raw(const std::vector<V>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(V)};
}
const std::string two_by_three = "'fortran_order': False, 'shape': (2, 3), }";

}  // namespace

TEST_CASE("npy: types, versions and shapes as NumPy writes them", "[npy]") {
  const Folder folder;
  const std::string file = folder.file("a.npy");
  const std::vector<double> expected{1, 2, 3, 250, 0, 7};
  struct Case {
    std::string type, bytes;
  };
  const std::vector<Case> cases{{"|u1", raw(std::vector<std::uint8_t>{1, 2, 3, 250, 0, 7})},
                                {"<i8", raw(std::vector<std::int64_t>{1, 2, 3, 250, 0, 7})},
                                {"<f4", raw(std::vector<float>{1, 2, 3, 250, 0, 7})},
                                {"<f8", raw(expected)}};
  REQUIRE(cases.size() == 4);
  for (const Case& c : cases) {
    for (const int version : {1, 2, 3}) {
      CAPTURE(c.type, version);
      write(file, npy_bytes("{'descr': '" + c.type + "', " + two_by_three, c.bytes, version));
      const Npy npy = read_npy(file);
      CHECK(npy.shape == std::vector<std::size_t>{2, 3});
      CHECK(npy.values == expected);
    }
  }
  write(file, npy_bytes("{\"shape\":(6,),\"fortran_order\":False,\"descr\":\"<f8\"}", raw(expected)));
  CHECK(read_npy(file).shape == std::vector<std::size_t>{6});
  write(file,
        npy_bytes("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", raw(std::vector<double>{-0.5})));
  CHECK(read_npy(file).shape.empty());
  CHECK(read_npy(file).values == std::vector<double>{-0.5});
}

TEST_CASE("npy: what is written is NumPy's format and is read again", "[npy]") {
  const Folder folder;
  const std::vector<double> numbers{0.1, -2e300, 5e-324, 4.0};
  write_npy(folder.file("a.npy"), {2, 2}, std::span<const double>(numbers));
  CHECK(read_npy(folder.file("a.npy")).values == numbers);
  CHECK(read_npy(folder.file("a.npy")).shape == std::vector<std::size_t>{2, 2});
  const std::vector<std::int64_t> labels{9, 0, -1};
  write_npy(folder.file("b.npy"), {3}, std::span<const std::int64_t>(labels));
  CHECK(read_npy(folder.file("b.npy")).values == std::vector<double>{9, 0, -1});
  std::ifstream file(folder.file("b.npy"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  CHECK(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\0", 8));
  CHECK((bytes.size() - 24) % 64 == 0);  // NumPy aligns the data
  CHECK(bytes.substr(10, 57) == "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }");
}

TEST_CASE("npy: what is wrong with a file is said", "[npy]") {
  const Folder folder;
  const std::string file = folder.file("bad.npy"), six = raw(std::vector<double>(6));
  const auto with = [&](const std::string& header) { return npy_bytes(header, six); };
  struct Bad {
    std::string bytes, why;
  };
  const std::string good = npy_bytes("{'descr': '<f8', " + two_by_three, six);
  const std::vector<Bad> all{
      {"", "not an NPY file"},
      {"1,2,3\n", "not an NPY file"},
      {good.substr(0, 7), "cut short"},
      {good.substr(0, 40), "header is cut short"},
      {npy_bytes("{'descr': '<f8', " + two_by_three, six, 4), "version 4"},
      {with("{'descr': '>f8', " + two_by_three), "values of type >f8"},
      {with("{'descr': '<c16', " + two_by_three), "values of type <c16"},
      {with("{'descr': [('a', '<f8')], " + two_by_three), "no array of plain numbers"},
      {with("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }"), "column-major"},
      {with("{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 3), }"), "neither True nor False"},
      {with("{" + two_by_three), "has no descr"},
      {with("{'descr': '<f8', 'fortran_order': False}"), "has no shape"},
      {with("{'descr': '<f8', 'fortran_order': False, 'shape': 6}"), "no tuple"},
      {with("{'descr': '<f8', 'fortran_order': False, 'shape': (2, x)}"), "whole numbers"},
      {with("{'descr': '<f8', 'fortran_order': False, 'shape': (2 3)}"), "whole numbers"},
      {with("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), "whole numbers"},
      {with("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
       "asks for too much"},
      {good + "x", "promises 6 values of 8 bytes, the file has 49"},
      {good.substr(0, good.size() - 1), "promises 6 values of 8 bytes, the file has 47"}};
  REQUIRE(all.size() == 19);
  for (const Bad& bad : all) {
    CAPTURE(bad.why);
    write(file, bad.bytes);
    CHECK_THAT(mistakes([&] { read_npy(file); }), Contains(bad.why) && Contains(file));
  }
  CHECK_THAT(mistakes([&] { read_npy(folder.file("none.npy")); }), Contains("no such file"));
}

TEST_CASE("csv: numbers with and without a header", "[csv]") {
  const Folder folder;
  const std::string file = folder.file("a.csv");
  write(file, "# from somewhere\n a, b ,c\r\n1, -2.5e3,+3\r\n\n4,5,6");
  const Csv csv = read_csv(file);
  CHECK(csv.columns == 3);
  CHECK(csv.rows() == 2);
  CHECK(csv.values == std::vector<double>{1, -2500, 3, 4, 5, 6});
  CHECK(csv.lines == std::vector<std::size_t>{3, 5});
  write(file, "1\n2\n");
  CHECK(read_csv(file).values == std::vector<double>{1, 2});
}

TEST_CASE("csv: mistakes come with their lines, all at once", "[csv]") {
  const Folder folder;
  const std::string file = folder.file("bad.csv");
  write(file, "1,2,3\n1,2\n1,x,3\n4,5,6\n1,,3\n1,nan,3\n1,2,3,4\n");
  const std::string found = mistakes([&] { read_csv(file); });
  CHECK(found == file + ":2: 2 values where the first row has 3\n" + file + ":3: 'x' is no number\n" + file +
                     ":5: '' is no number\n" + file + ":6: 'nan' is no finite number\n" + file +
                     ":7: 4 values where the first row has 3");
  write(file, "a,1\n1,2\n");  // a first row with a number in it is no header
  CHECK_THAT(mistakes([&] { read_csv(file); }), Contains(":1: 'a' is no number"));
  write(file, "a,b\n");
  CHECK_THAT(mistakes([&] { read_csv(file); }), Contains("no rows of numbers"));
  CHECK_THAT(mistakes([&] { read_csv(folder.file("none.csv")); }), Contains("no such file"));
}
