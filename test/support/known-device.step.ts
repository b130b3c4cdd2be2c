import type { LoginEventDto } from '@pipeline/contracts';
import type { LoginStep, StepFields } from '../../apps/consumer/src/login/steps/login-step.js';

/** Stands for a database. */
export interface DeviceStore {
  has(userId: string, deviceId: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

// The example of docs/STEPS.md.

/** Marks logins from a device that the user has not been seen with. */
export class KnownDeviceStep implements LoginStep {
  readonly name = 'known-device';

  constructor(private readonly devices: DeviceStore) {}

  skip({ device_id }: Readonly<LoginEventDto>): StepFields | undefined {
    return device_id ? undefined : {};
  }

  async run({ user_id, device_id }: Readonly<LoginEventDto>, signal: AbortSignal): Promise<StepFields> {
    const isKnown = await this.devices.has(user_id, String(device_id), signal);
    return { new_device: !isKnown };
  }

  close(): Promise<void> {
    return this.devices.close();
  }
}
