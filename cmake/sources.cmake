# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -D ROOT=... -D OUT=FILE -P sources.cmake: a hash of everything that decides what comes out of a run,
# the same on every machine and for every compiler. FILE is touched only if it changes.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/src/*.[ch] ${ROOT}/src/*.def ${ROOT}/include/*.h
	${ROOT}/include/*.def)
list(SORT files)
set(all "")
foreach(name ${files})
	file(SHA256 ${ROOT}/${name} hash)
	string(APPEND all "${name} ${hash}\n")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 16 hash)
set(text "#define BS_SOURCES \"${hash}\"\n")
set(old "")
if(EXISTS ${OUT})
	file(READ ${OUT} old)
endif()
if(NOT text STREQUAL old)
	file(WRITE ${OUT} "${text}")
endif()
