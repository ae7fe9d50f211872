// What g++ 12 printed of a program with mistakes, as it came but for the tildes under what it means, which
// the loads do without: the compiler's part of text.cpp.
#pragma once

#include <string_view>

namespace sess::bench {

inline constexpr std::string_view kCompilerOutput =
    "\033[01m\033[Kqueue.cpp:\033[m\033[K In member function ‘\033[01m\033[Kvoid Queue::push(Entry)\033"
    "[m\033[K’:\n"
    "\033[01m\033[Kqueue.cpp:14:12:\033[m\033[K \033[01;31m\033[Kerror: \033[m\033[K‘\033[01m\033[Kclas"
    "s std::vector<Entry>\033[m\033[K’ has no member named ‘\033[01m\033[Kpush_bak\033[m\033[K’; did yo"
    "u mean ‘\033[01m\033[Kpush_back\033[m\033[K’?\n"
    "   14 |   entries_.\033[01;31m\033[Kpush_bak\033[m\033[K(entry);\n"
    "      |            \033[01;31m\033[K^-------\033[m\033[K\n"
    "      |            \033[32m\033[Kpush_back\033[m\033[K\n"
    "\033[01m\033[Kqueue.cpp:15:26:\033[m\033[K \033[01;35m\033[Kwarning: \033[m\033[Kcomparison of int"
    "eger expressions of different signedness: ‘\033[01m\033[Kunsigned int\033[m\033[K’ and ‘\033[01m"
    "\033[Kint\033[m\033[K’ [\033[01;35m\033[K-Wsign-compare\033[m\033[K]\n"
    "   15 |   for (unsigned i = 0; \033[01;35m\033[Ki < -1\033[m\033[K; ++i) entries_[i].kay = 2;\n"
    "      |                        \033[01;35m\033[K--^---\033[m\033[K\n"
    "\033[01m\033[Kqueue.cpp:15:49:\033[m\033[K \033[01;31m\033[Kerror: \033[m\033[K‘\033[01m\033[K__gn"
    "u_cxx::__alloc_traits<std::allocator<Entry>, Entry>::value_type\033[m\033[K’ {aka ‘\033[01m\033[Ks"
    "truct Entry\033[m\033[K’} has no member named ‘\033[01m\033[Kkay\033[m\033[K’; did you mean ‘\033["
    "01m\033[Kkey\033[m\033[K’?\n"
    "   15 |   for (unsigned i = 0; i < -1; ++i) entries_[i].\033[01;31m\033[Kkay\033[m\033[K = 2;\n"
    "      |                                                 \033[01;31m\033[K^--\033[m\033[K\n"
    "      |                                                 \033[32m\033[Kkey\033[m\033[K\n"
    "\033[01m\033[Kqueue.cpp:13:7:\033[m\033[K \033[01;35m\033[Kwarning: \033[m\033[Kunused variable ‘"
    "\033[01m\033[Kunused\033[m\033[K’ [\033[01;35m\033[K-Wunused-variable\033[m\033[K]\n"
    "   13 |   int \033[01;35m\033[Kunused\033[m\033[K = 3;\n"
    "      |       \033[01;35m\033[K^-----\033[m\033[K\n"
    "\033[01m\033[Kqueue.cpp:\033[m\033[K In member function ‘\033[01m\033[KEntry Queue::pop()\033[m"
    "\033[K’:\n"
    "\033[01m\033[Kqueue.cpp:18:20:\033[m\033[K \033[01;31m\033[Kerror: \033[m\033[Klvalue required as "
    "left operand of assignment\n"
    "   18 |   if (\033[01;31m\033[Kentries_.size()\033[m\033[K = 0) return nullptr;\n"
    "      |       \033[01;31m\033[K-------------^-\033[m\033[K\n"
    "\033[01m\033[Kqueue.cpp:18:35:\033[m\033[K \033[01;31m\033[Kerror: \033[m\033[Kcould not convert ‘"
    "\033[01m\033[Knullptr\033[m\033[K’ from ‘\033[01m\033[Kstd::nullptr_t\033[m\033[K’ to ‘\033[01m"
    "\033[KEntry\033[m\033[K’\n"
    "   18 |   if (entries_.size() = 0) return \033[01;31m\033[Knullptr\033[m\033[K;\n"
    "      |                                   \033[01;31m\033[K^------\033[m\033[K\n"
    "      |                                   \033[01;31m\033[K|\033[m\033[K\n"
    "      |                                   \033[01;31m\033[Kstd::nullptr_t\033[m\033[K\n";

}  // namespace sess::bench
