/** Hands out names that are unique in the plan and made of letters, digits and `_` only. */
export class Names {
  private readonly taken = new Set<string>();

  reserve(name: string): void {
    this.taken.add(name);
  }

  unique(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.taken.has(name); number++) name = `${wanted}_${number}`;
    this.taken.add(name);
    return name;
  }
}

/** Letters, digits and single underscores; starts with a letter; at most 60 characters. */
export function sanitize(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
  return /^[A-Za-z]/.test(plain) ? plain : `v_${plain}`;
}
