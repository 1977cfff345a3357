// The use cases of the pin-preference service: its table of contents.
import type { Command } from '@dcms/service'
import { cardPreferences } from './card-preferences.ts'
import { fetchPreference } from './fetch-preference.ts'
import { processOptIn } from './process-opt-in.ts'
import { producePinMailers } from './produce-pin-mailers.ts'
import { regeneratePinMailer } from './regenerate-pin-mailer.ts'
import { setPin } from './set-pin.ts'
import { setPinV2 } from './set-pin-v2.ts'
import { setPreference } from './set-preference.ts'
import { showPrinterKey } from './show-printer-key.ts'
import { unlockPin } from './unlock-pin.ts'
import { validateCard } from './validate-card.ts'
import { type EndingParts, validateCardEnding } from './validate-card-ending.ts'
import { validateCardEndingV2 } from './validate-card-ending-v2.ts'
import { validatePin } from './validate-pin.ts'
import { validatePinV2 } from './validate-pin-v2.ts'

export const commands = (parts: EndingParts): readonly Command[] => [
  setPin(parts),
  setPinV2(parts),
  validatePin(parts),
  validatePinV2(parts),
  validateCard(parts),
  validateCardEnding(parts),
  validateCardEndingV2(parts),
  unlockPin(parts),
  regeneratePinMailer(parts),
  producePinMailers(parts),
  fetchPreference(parts.kit),
  setPreference(parts.kit),
  processOptIn(parts.kit),
  cardPreferences(parts.kit),
  showPrinterKey(parts.hsm),
]
