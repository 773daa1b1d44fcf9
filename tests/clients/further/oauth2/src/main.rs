//! An app and a service on the crate `oauth2`. It prints where the person is to go, and reads where
//! they were sent back to. It gives nothing back: this crate does so over https alone.

use std::error::Error;
use std::io::{self, Write as _};

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IntrospectionUrl,
    PkceCodeChallenge, RedirectUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _,
    TokenUrl, ureq, url::Url,
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let world: Value = serde_json::from_str(&std::env::args().nth(1).ok_or("no world")?)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let at = |path: &str| format!("{}/oauth/{path}", text(&world["issuer"]));
    let client = |who: &Value| -> Result<_, Box<dyn Error>> {
        Ok(BasicClient::new(ClientId::new(text(&who["id"])))
            .set_client_secret(ClientSecret::new(text(&who["secret"])))
            .set_auth_uri(AuthUrl::new(at("authorize"))?)
            .set_token_uri(TokenUrl::new(at("token"))?)
            .set_introspection_url(IntrospectionUrl::new(at("introspect"))?))
    };
    let http = ureq::builder().redirects(0).build();

    let redirect = RedirectUrl::new(text(&world["app"]["redirect_uri"]))?;
    let app = client(&world["app"])?.set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = app
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("read:notes".to_owned()))
        .add_extra_param("resource", text(&world["mcp"]))
        .set_pkce_challenge(challenge)
        .url();
    println!("{url}");
    io::stdout().flush()?;
    let mut back = String::new();
    io::stdin().read_line(&mut back)?;
    let back = Url::parse(back.trim())?;
    let parameter = |name: &str| {
        let mut pairs = back.query_pairs();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    assert_eq!(parameter("state").as_ref(), Some(state.secret()));

    let code = AuthorizationCode::new(parameter("code").ok_or("no code")?);
    let first = app.exchange_code(code).set_pkce_verifier(verifier).request(&http)?;
    let refresh = first.refresh_token().ok_or("no refresh token")?;
    let renewed = app.exchange_refresh_token(refresh).request(&http)?;
    assert_ne!(renewed.access_token().secret(), first.access_token().secret());
    assert!(app.introspect(renewed.access_token()).request(&http)?.active());

    let service = client(&world["service"])?;
    let token = service.exchange_client_credentials().request(&http)?;
    assert!(service.introspect(token.access_token()).request(&http)?.active());

    let steps = [
        "is let in",
        "renews its token",
        "is told what it is worth",
        "acts by itself as a service",
    ];
    println!("{}", json!({ "steps": steps }));
    Ok(())
}
