// Hints to the processor that Swift has no word for.
#ifndef STILLWATCH_MEMORY_HINTS_H
#define STILLWATCH_MEMORY_HINTS_H

// Asks for the cache line of an address ahead of its use. Never faults, changes nothing.
static inline void stillwatch_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
