/** JSON schemas, as OpenAPI documents have them. */

export type Schema = Readonly<Record<string, unknown>>;

export const TEXT: Schema = { type: 'string' };
export const NUMBER: Schema = { type: 'number' };
export const INTEGER: Schema = { type: 'integer' };
export const FLAG: Schema = { type: 'boolean' };

export function listSchema(items: Schema): Schema {
  return { type: 'array', items };
}

export function mapSchema(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function schemaNamed<Name extends string>(name: Name): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object whose members are all there, but for those whose names end in a question mark. */
export function membersSchema(members: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(members);
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [name.replace('?', ''), schema]),
    ),
    required: names.filter((name) => !name.endsWith('?')),
  };
}
