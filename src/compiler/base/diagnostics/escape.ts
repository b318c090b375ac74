/**
 * Control characters, bidirectional overrides and characters without a width of a text from outside, made visible: they could
 * otherwise steer the terminal or make a line read differently from what it is. Tabs become blanks (the frames count columns).
 */
export function printable(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      visible,
    )
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, visible);
}

function visible(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}
