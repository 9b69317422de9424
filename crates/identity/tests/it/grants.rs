use ward_identity::grants;
use ward_model::{ErrorCode, OrganizationId, Role, Target, users::NewGrant};
use ward_testkit::TestServer;

fn wish(user: ward_model::UserId, role: Role, scope: &Target) -> NewGrant {
    NewGrant { user, role, scope_kind: scope.kind, scope_id: scope.id.clone() }
}

#[tokio::test]
async fn an_admin_makes_no_owners_and_nobody_raises_themselves() {
    let server = TestServer::new().await;
    let organization: OrganizationId = server.operator().id();
    let scope = Target::organization(organization);
    let admin = server.user_with(Role::Admin, &scope).await;
    let developer = server.user_with(Role::Developer, &scope).await.who().user().unwrap();
    let give = async |user, role| {
        grants::create(&admin, organization, wish(user, role, &scope), scope.clone())
            .await
            .err()
            .map(|e| e.code())
    };
    assert_eq!(give(developer, Role::Owner).await, Some(ErrorCode::Forbidden));
    assert_eq!(give(admin.who().user().unwrap(), Role::Admin).await, Some(ErrorCode::Conflict));
    assert_eq!(give(developer, Role::Admin).await, None);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let server = TestServer::new().await;
    let organization: OrganizationId = server.operator().id();
    let scope = Target::organization(organization);
    let owner = server.user_with(Role::Owner, &scope).await;
    let held = grants::list(&owner, organization, &Default::default()).await.unwrap().items;
    let refused = grants::revoke(&owner, organization, held[0].id).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_grant_counts_until_it_is_revoked() {
    let server = TestServer::new().await;
    let organization: OrganizationId = server.operator().id();
    let scope = Target::organization(organization);
    let owner = server.user_with(Role::Owner, &scope).await;
    let auditor = server.user_with(Role::Auditor, &scope).await;
    let user = auditor.who().user().unwrap();
    let granted = grants::create(&owner, organization, wish(user, Role::Developer, &scope), scope.clone())
        .await
        .unwrap();
    assert!(auditor.permit(ward_model::Action::ProjectList, &scope).await.is_ok());
    grants::revoke(&owner, organization, granted.id).await.unwrap();
    let left = grants::list(&owner, organization, &Default::default()).await.unwrap().items;
    assert!(left.iter().all(|g| g.id != granted.id));
}

#[tokio::test]
async fn a_scope_outside_the_organization_is_refused() {
    let server = TestServer::new().await;
    let (mine, other): (OrganizationId, OrganizationId) = (server.operator().id(), server.operator().id());
    let owner = server.user_with(Role::Owner, &Target::organization(mine)).await;
    let user = server.user_with(Role::Auditor, &Target::organization(mine)).await.who().user().unwrap();
    let elsewhere = Target::organization(other);
    let refused = grants::create(&owner, mine, wish(user, Role::Admin, &elsewhere), elsewhere.clone())
        .await
        .err()
        .unwrap();
    assert_eq!(refused.code(), ErrorCode::Invalid);
}
