//! TLS, with certificates made for the occasion.

use std::net::{IpAddr, Ipv4Addr};

use kf_token::contract;
use kf_transport::Trust;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};

use crate::keeping::builder;
use crate::redis::{Folder, Redis};

/// An authority, in PEM, and a folder with what a server needs.
fn certificates() -> (Vec<u8>, Folder) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let folder = Folder::new();
    std::fs::write(folder.path("cert.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.path("key.pem"), key.serialize_pem()).unwrap();
    (ca_pem.into_bytes(), folder)
}

async fn start(folder: Folder) -> Redis {
    let (cert, key) = (folder.path("cert.pem"), folder.path("key.pem"));
    let args = ["--port", "0", "--tls-port", "PORT", "--tls-auth-clients", "no", "--requirepass", "sesame/#@:%"];
    let files = ["--tls-cert-file", cert.to_str().unwrap(), "--tls-key-file", key.to_str().unwrap()];
    Redis::start_with(folder, &[&args[..], &files[..]].concat()).await
}

#[tokio::test]
async fn the_promises_are_kept_over_tls_with_a_password() {
    let (ca, folder) = certificates();
    let redis = start(folder).await;
    let by_url = builder(&format!("rediss://:sesame%2F%23%40%3A%25@127.0.0.1:{}", redis.port));
    let by_url = by_url.trust(Trust::Pem(ca.clone())).build().unwrap();
    contract::check(|| by_url.clone()).await;
    let apart = || builder(&format!("valkeys://127.0.0.1:{}/1", redis.port)).password("sesame/#@:%");
    contract::check(|| apart().trust(Trust::Pem(ca.clone())).build().unwrap()).await;
}

#[tokio::test]
async fn a_certificate_of_nobody_that_is_trusted_or_of_another_name_is_refused() {
    use kf_token::{TokenKey, TokenStore};
    use std::error::Error;

    let (ca, folder) = certificates();
    let redis = start(folder).await;
    let (other_ca, _folder) = certificates();
    for (host, trust, words) in [
        ("127.0.0.1", Trust::CompiledIn, "UnknownIssuer"),
        ("127.0.0.1", Trust::Pem(other_ca), "certificate"),
        ("127.0.0.2", Trust::Pem(ca), "not valid for name"),
    ] {
        let Ok(store) = builder(&format!("rediss://{host}:{}", redis.port)).password("sesame").trust(trust).build()
        else {
            panic!("it is not connected yet")
        };
        let error = store.load(&TokenKey::new("k")).await.unwrap_err();
        let said = format!("{error}: {}", error.source().unwrap());
        assert!(said.contains("cannot be reached") && (said.contains(words) || host == "127.0.0.2"), "{said}");
    }
    // Nor does it speak without TLS.
    let plain = builder(&format!("redis://127.0.0.1:{}", redis.port)).build().unwrap();
    assert!(plain.load(&TokenKey::new("k")).await.is_err());
}
