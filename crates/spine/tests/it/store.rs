use ward_testkit::TestServer;

#[tokio::test]
async fn many_writers_at_once_all_get_their_turn() {
    let server = TestServer::new().await;
    let db = server.core.db.clone();
    let tasks: Vec<_> = (0..64)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.bookkeeping().await.unwrap();
                sqlx::query(
                    "insert into throttles (subject, failures, last_at, blocked_until) values ($1, 0, 0, 0)",
                )
                .bind(format!("writer {i}"))
                .execute(tx.conn())
                .await
                .unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut read = server.core.db.read().await.unwrap();
    let (n,): (i64,) = sqlx::query_as("select count(*) from throttles where subject like 'writer %'")
        .fetch_one(read.conn())
        .await
        .unwrap();
    assert_eq!(n, 64);
}

#[tokio::test]
async fn the_store_opens_again_with_the_same_schema() {
    async fn versions(server: &TestServer) -> Vec<(i64,)> {
        let mut read = server.core.db.read().await.unwrap();
        sqlx::query_as("select version from migrations order by version")
            .fetch_all(read.conn())
            .await
            .unwrap()
    }
    let server = TestServer::new().await;
    let first = versions(&server).await;
    assert!(first.len() >= 7);
    let server = server.restart().await;
    assert_eq!(versions(&server).await, first);
}
