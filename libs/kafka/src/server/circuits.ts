import type { TransportEvents } from '../events.js';
import { Circuit, type CircuitStatus, type CircuitOptions } from '../retry/circuit.js';

/** What circuits need of the transport. */
interface Holdable {
  hold(reason: 'circuit'): void;
  release(reason: 'circuit'): void;
}

/** The circuits of this instance. While any of them is open, no events are taken: they wait in Kafka. */
export class Circuits {
  private readonly all: Circuit[] = [];

  constructor(
    private readonly options: CircuitOptions,
    private readonly transport: Holdable,
    private readonly events: TransportEvents,
  ) {}

  /** A new one, closed. */
  add(name: string): Circuit {
    const circuit = new Circuit(name, this.options, (change) => this.changed(change));
    this.all.push(circuit);
    return circuit;
  }

  describe(): readonly CircuitStatus[] {
    return this.all.map((circuit) => circuit.describe());
  }

  private changed(change: CircuitStatus): void {
    this.events.emit('circuit', change);
    if (this.describe().some(({ state }) => state === 'open')) this.transport.hold('circuit');
    else this.transport.release('circuit');
  }
}
