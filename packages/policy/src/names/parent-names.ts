/** The names above a name, the nearest first: `b.c` and `c` for `a.b.c`. */
export function parentNames(name: string): readonly string[] {
  const parents: string[] = [];
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    parents.push(name.slice(dot + 1));
  }
  return parents;
}
