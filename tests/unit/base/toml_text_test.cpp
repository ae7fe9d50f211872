#include "base/toml_text.hpp"

#include "support/catch.hpp"

using sess::line_of_foreign_toml;

TEST_CASE("characters beyond ASCII stand in TOML's strings and comments alone", "[toml_text]") {
  for (const char* fine : {"", "a = 1\n",
                           "\xef\xbb\xbf"
                           "a = 'é'\n",
                           "# é\na = \"é\\\"é\" # é\n", "a = '''\né'é''\n'''''\n# é",
                           "a = \"\"\"é\\\"\"\" é \"\"\"\n", "'é' = [\"é\", 'é']\n"}) {
    INFO(fine);
    CHECK_FALSE(line_of_foreign_toml(fine));
  }
  CHECK(line_of_foreign_toml("é = 1") == 1U);
  CHECK(line_of_foreign_toml("a = 1\nb = é\n") == 2U);
  CHECK(line_of_foreign_toml("a = 'x' é") == 1U);
  CHECK(line_of_foreign_toml("a = '''\n''' \xcb\x8e") == 2U);
  CHECK(line_of_foreign_toml("a = \"x\nb = é\n") == 2U);
  CHECK(line_of_foreign_toml("a = 1 \xef\xbb\xbf") == 1U);
}
