/** Codec plans: what codecs need of each message, computed once from the descriptors. */

import { Enum, type Field, MapField, Root, Type } from 'protobufjs';
import descriptors from './generated/descriptors.json';

export type Scalar =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'float'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64';

export interface FieldPlan {
  readonly name: string;
  readonly id: number;
  /** The number and wire type in front of each value. */
  readonly tag: number;
  /** `message`, `enum`, or the scalar's protobuf name. */
  readonly kind: Scalar | 'message' | 'enum';
  readonly repeated: boolean;
  readonly map: boolean;
  readonly required: boolean;
  /** The declared default that Mesos prints when the field is unset; undefined without one, or when deprecated. */
  readonly shownDefault: string | number | boolean | undefined;
  readonly message: MessagePlan | undefined;
  readonly numberOf: ReadonlyMap<string, number>;
  readonly nameOf: ReadonlyMap<number, string>;
}

export interface MessagePlan {
  readonly name: string;
  readonly type: Type;
  readonly fields: readonly FieldPlan[];
  /** The fields in the order of their numbers, which is that of the wire. */
  readonly byNumber: readonly FieldPlan[];
  /** The fields by their numbers. */
  readonly byId: readonly (FieldPlan | undefined)[];
  readonly required: readonly FieldPlan[];
  readonly byName: ReadonlyMap<string, FieldPlan>;
}

/** The wire type of each kind of value. */
export const WIRE_TYPES: Readonly<Record<FieldPlan['kind'], number>> = {
  message: 2,
  string: 2,
  bytes: 2,
  enum: 0,
  bool: 0,
  int32: 0,
  uint32: 0,
  int64: 0,
  uint64: 0,
  double: 1,
  float: 5,
};

const root = Root.fromJSON(descriptors as never);
const plans = new Map<string, MessagePlan>();

/** The plan of a message by its full name. An unknown name is a mistake of ours and throws. */
export function planOf(fullName: string): MessagePlan {
  return plans.get(fullName) ?? makePlan(root.lookupType(fullName));
}

function makePlan(type: Type): MessagePlan {
  const existing = plans.get(type.fullName.slice(1));
  if (existing) return existing;
  const fields: FieldPlan[] = [];
  const byName = new Map<string, FieldPlan>();
  const lists = { byNumber: [] as FieldPlan[], byId: [] as FieldPlan[], required: [] as FieldPlan[] };
  const plan = { name: type.fullName.slice(1), type, fields, byName, ...lists };
  plans.set(plan.name, plan);
  for (const field of type.fieldsArray) {
    const fieldPlan = planField(field.resolve());
    fields.push(fieldPlan);
    byName.set(fieldPlan.name, fieldPlan);
    lists.byId[fieldPlan.id] = fieldPlan;
    if (fieldPlan.required) lists.required.push(fieldPlan);
  }
  lists.byNumber.push(...fields.toSorted((left, right) => left.id - right.id));
  return plan;
}

function planField(field: Field): FieldPlan {
  const target = field.resolvedType;
  const names = target instanceof Enum ? Object.entries(target.values) : [];
  const nameOf = new Map<number, string>();
  for (const [name, number] of names) if (!nameOf.has(number)) nameOf.set(number, name);
  const kind = target instanceof Enum ? 'enum' : target instanceof Type ? 'message' : (field.type as Scalar);
  const map = field instanceof MapField;
  return {
    name: field.name,
    id: field.id,
    tag: (field.id << 3) | (map ? WIRE_TYPES.message : WIRE_TYPES[kind]),
    kind,
    repeated: field.repeated,
    map,
    required: field.required,
    shownDefault: shownDefault(field),
    message: target instanceof Type ? makePlan(target) : undefined,
    numberOf: new Map(names),
    nameOf,
  };
}

function shownDefault(field: Field): string | number | boolean | undefined {
  const options = (field.options ?? {}) as { default?: string | number | boolean; deprecated?: boolean };
  return options.deprecated ? undefined : options.default;
}
