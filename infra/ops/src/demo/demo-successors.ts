// The part of the demo journey about another card in a card's place: an upgrade, and a replacement.
import { cardOf, type Demo, issued, type KitShown, untilSo } from './demo-cards.ts'

/** @returns the card that is the customer's in the end, ACTIVE */
export async function showSuccessors(demo: Demo, kitNo: string): Promise<KitShown | undefined> {
  const silver = await showUpgrade(demo, kitNo)
  return silver && (await showReplacement(demo, silver))
}

async function showUpgrade({ report, dcms, customer: { entityId } }: Demo, kitNo: string): Promise<KitShown | undefined> {
  const upgrade = { entityId, kitNo, requestId: `${entityId}-upgrade` }
  const upgraded = await report.step(
    'The catalogue’s next tier: a new card, and the old one still works',
    `upgradeCard ${kitNo}, without saying which tier; then fetchKitsByEntityId`,
    async () => {
      const answer = await dcms.upgradeCard(upgrade)
      const old = (await dcms.fetchKitsByEntityId({ entityId })).find((kit) => kit.kitNo === kitNo)
      return { ...answer, old: cardOf(old, 'ACTIVE') }
    },
    ({ kitInfo, old }) => ({ new: cardOf(kitInfo[0], 'ASSIGNED'), old }),
  )
  const silver = upgraded?.kitInfo[0]
  if (!silver) return undefined
  await report.step('Activating it replaces the old one', `activateKit ${silver.kitNo}; then fetchKitsByEntityId`, async () => {
    await dcms.activateKit({ entityId, kitNo: silver.kitNo })
    const cards = await dcms.fetchKitsByEntityId({ entityId })
    const one = (wanted: string) => cards.find((kit) => kit.kitNo === wanted)
    return { new: cardOf(one(silver.kitNo), 'ACTIVE'), old: cardOf(one(kitNo), 'REPLACED') }
  })
  return silver
}

async function showReplacement({ report, dcms, customer: { entityId } }: Demo, old: KitShown): Promise<KitShown | undefined> {
  const replace = { entityId, oldKit: old.kitNo, operation: 'REPLACE', cardType: 'VIRTUAL', requestId: `${entityId}-replace` } as const
  const replaced = await report.step(
    'Replace it: the same account, another number',
    `manageKit ${old.kitNo} REPLACE by a VIRTUAL card; then kitActivation of the new one`,
    async () => {
      const answer = await dcms.manageKit(replace)
      await dcms.activateKit({ entityId, kitNo: answer.kitInfo?.[0]?.kitNo ?? '' })
      return answer
    },
    issued,
  )
  const card = replaced?.kitInfo?.[0]
  if (!card) return undefined
  const { kitNo } = card
  await report.step(
    'What she had chosen for the first card holds for its successors',
    `fetchPreference ${kitNo}`,
    () =>
      untilSo(
        () => dcms.fetchPreference({ entityId, kitNo }),
        ({ international }) => international.isEnabled,
      ),
    ({ domestic, international }) => ({
      posOn: domestic.pos?.isEnabled,
      internationalOn: international.isEnabled,
      internationalEcom: international.ecom,
    }),
  )
  const numberOf = ({ encryptedCardNumber }: { encryptedCardNumber?: string }) => dcms.decryptCardNumber(encryptedCardNumber ?? '')
  const pinOf = (kit: KitShown) => ({
    entityId,
    kitNo: kit.kitNo,
    expiryDate: `${kit.expDate.slice(5, 7)}${kit.expDate.slice(2, 4)}`,
    cardNumber: numberOf(kit),
    pin: '0000',
  })
  await report.refusal('Refused: its PIN must be set anew', `v2/validatePin ${kitNo}`, 'PIN002', async () => {
    await dcms.pins.validate(pinOf(card))
  })
  await report.refusal('Refused: the old card and its number, for good', `v2/setPin ${old.kitNo}`, 'card.status.active', async () => {
    await dcms.pins.set(pinOf(old))
  })
  return card
}
