/** For each value that occurs in a list, the numbers of the lists that hold it. */
export function groupsByValue(lists: readonly (readonly string[])[]): Map<string, number[]> {
  const groupsOf = new Map<string, number[]>();
  for (const [group, values] of lists.entries()) {
    for (const value of values) {
      const groups = groupsOf.get(value);
      if (groups === undefined) groupsOf.set(value, [group]);
      else groups.push(group);
    }
  }
  return groupsOf;
}
