/** UUIDs that tests can tell apart: version 4, with a number in every other byte, in base64. */
export function numberedUuid(number: number): string {
  const bytes = Buffer.alloc(16, number % 256);
  bytes.writeUInt8(0x40 | (number & 0x0f), 6);
  bytes.writeUInt8(0x80 | (number & 0x3f), 8);
  return bytes.toString('base64');
}
