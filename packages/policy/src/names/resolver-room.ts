/** Resolvers whose answers can count in one run: what the kernel's table has room for. */
export const RESOLVER_ROOM = 16;
