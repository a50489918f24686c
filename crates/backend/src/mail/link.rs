//! Links that end mails: signed, and not stored, so that those in old mails work for as long as the address is the person's and
//! the key that signed them is at hand.

use super::{person::Addressee, repository};
use crate::{
    error::{Failure, NoKey},
    keyring::mac::{Message, Purpose},
    random,
    users::repository as users,
    work::Work,
};
use data_encoding::HEXLOWER;
use domain::{error::Error, mail::MailAddress};
use uuid::Uuid;

/// The length of an id, in hexadecimal digits.
const ID_DIGITS: usize = 32;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 256;

fn message(user: Uuid, address: &MailAddress) -> Message {
    Message::new(Purpose::Unsubscribe).bytes(user.as_bytes()).text(address.as_str())
}

/// Returns the token of a link that ends the mails of this person to this address.
pub(super) async fn token(work: &mut Work, user: Uuid, address: &MailAddress) -> Result<String, sqlx::Error> {
    let mac = work.sign(&message(user, address)).await?;
    Ok(format!("{}{}", user.simple(), random::hex(&mac)))
}

/// Returns whose mails a link ends. A token that the portal has not signed, or for another address, is spent.
pub(super) async fn find(work: &mut Work, token: &str) -> Result<(Uuid, Addressee), Failure<Error>> {
    let spent = || Failure::from(Error::LinkSpent);
    let (id, mac) = token.get(..ID_DIGITS).zip(token.get(ID_DIGITS..)).ok_or_else(spent)?;
    let id: Uuid = id.parse().map_err(|_| spent())?;
    if token.len() > MAX_TOKEN {
        return Err(spent());
    }
    let mac = HEXLOWER.decode(mac.as_bytes()).map_err(|_| spent())?;
    let row = repository::find(work, id).await?.ok_or_else(spent)?;
    let (address, _) = row.addresses(work)?.confirmed.ok_or_else(spent)?;
    let keyring = work.keyring().cloned().ok_or_else(NoKey::into_database_error)?;
    // Anybody may send anything: what is not signed is no forged row, and is not recorded.
    if keyring.vouches(&message(id, &address), Some(&mac)).is_err() {
        return Err(spent());
    }
    let user = users::find_by_id(work, id).await?.ok_or_else(spent)?;
    Ok((id, Addressee { name: user.name, address: address.to_string() }))
}
