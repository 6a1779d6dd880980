// All of it is inline; a target needs a file to compile.
#include "memory_hints.h"
