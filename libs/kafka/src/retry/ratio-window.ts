const SLOTS = 20;

interface Slot {
  readonly number: number;
  total: number;
  marked: number;
}

/** Counts what happened in the last `spanMs`, and how much of it was marked; forgets in steps of a twentieth. */
export class RatioWindow {
  private slots: Slot[] = [];
  private readonly slotMs: number;

  constructor(spanMs: number) {
    this.slotMs = spanMs / SLOTS;
  }

  add(total: number, marked: number): void {
    const number = Math.floor(Date.now() / this.slotMs);
    let slot = this.slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, total: 0, marked: 0 };
      this.slots = [...this.kept(), slot];
    }
    slot.total += total;
    slot.marked += marked;
  }

  counts(): { readonly total: number; readonly marked: number } {
    let total = 0;
    let marked = 0;
    for (const slot of this.kept()) {
      total += slot.total;
      marked += slot.marked;
    }
    return { total, marked };
  }

  clear(): void {
    this.slots = [];
  }

  private kept(): Slot[] {
    const oldest = Math.floor(Date.now() / this.slotMs) - SLOTS;
    return this.slots.filter(({ number }) => number > oldest);
  }
}
